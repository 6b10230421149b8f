namespace Fluister.Server.Mailboxes;

/// <summary>What a connected device has at its mailbox. Its calls come from whoever wrote to the database, and must return at
/// once.</summary>
internal interface IMailboxWatcher
{
    /// <summary>A letter that is on the disk now; letters of one mailbox come in its order. Or one that is not kept, of place 0, which is
    /// delivered now or never.</summary>
    void Hand(Letter letter);

    /// <summary>So many of the letters that this watcher acknowledged are out of the mailbox.</summary>
    void TakenOut(int letters);

    /// <summary>So many of the letters that this watcher acknowledged could not be taken out: they will come again, once it connects
    /// anew.</summary>
    void NotTakenOut(int letters);

    /// <summary>The mailbox is gone, with its device.</summary>
    void Gone();
}
