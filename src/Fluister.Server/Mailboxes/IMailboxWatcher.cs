namespace Fluister.Server.Mailboxes;

/// <summary>What a connected device has at its mailbox. Its calls come from the sender's thread and must return at once.</summary>
internal interface IMailboxWatcher
{
    /// <summary>Something may have come. Only a hint: the letter is in the mailbox, whether or not anybody hears this.</summary>
    void Hint();

    /// <summary>A letter that is not kept: delivered now or never.</summary>
    void Offer(Letter letter);

    /// <summary>The mailbox is gone, with its device.</summary>
    void Gone();
}
