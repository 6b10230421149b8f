namespace Fluister.Server.Stores.Sqlite;

/// <summary>Holds in memory what is in the database too, and must agree with it. Called by the writer's thread.</summary>
internal interface IDatabaseFollower
{
    /// <summary>An account was changed, or one of its devices, by whatever statement; not committed yet.</summary>
    void Touched(Guid aci);

    /// <summary>A piece of work begins that may be taken back by itself.</summary>
    void Mark();

    /// <summary>Work is taken back: what was done since the mark, or all since the last commit.</summary>
    void TakeBack(bool all);

    /// <summary>What was done is on the disk; nobody has been told.</summary>
    void Committed();

    /// <summary>Another program has written to the file: nothing that is held is known to agree.</summary>
    void ChangedElsewhere();
}
