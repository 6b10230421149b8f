namespace Fluister.Server.Registration;

/// <summary>How far somebody has come who wants to register a number. Its state is changed under its own lock.</summary>
internal sealed class VerificationSession(string id, string number, ulong origin, DateTimeOffset created)
{
    /// <summary>Its id.</summary>
    public string Id => id;

    /// <summary>The number, a label.</summary>
    public string Number => number;

    /// <summary>Where it was begun from.</summary>
    public ulong Origin => origin;

    /// <summary>When it began.</summary>
    public DateTimeOffset Created => created;

    /// <summary>The invite that was given, once it was.</summary>
    public byte[]? Invite { get; set; }

    /// <summary>The client has asked that a code be sent; it is the one that came with the invite.</summary>
    public bool CodeRequested { get; set; }

    /// <summary>How often a wrong code was given.</summary>
    public int WrongCodes { get; set; }

    /// <summary>The right code was given.</summary>
    public bool IsVerified { get; set; }
}
