namespace Fluister.Server.Mailboxes;

/// <summary>A mailbox as the writer knows it: its number, how many letters and bytes it holds, and which numbers its device has drawn;
/// 0 for none.</summary>
internal readonly record struct MailboxState(long Id, int Letters, long Bytes, int RegistrationId, int PniRegistrationId)
{
    /// <summary>Whether its device is the one that a letter is for.</summary>
    public bool IsOf(NewLetter letter) => letter.RegistrationId == (letter.IsForPni ? PniRegistrationId : RegistrationId)
        || letter.RegistrationId is null;

    /// <summary>Holds more than it may.</summary>
    public bool IsOverfull => Letters > ServerLimits.MailboxLetters || Bytes > ServerLimits.MailboxBytes;
}
