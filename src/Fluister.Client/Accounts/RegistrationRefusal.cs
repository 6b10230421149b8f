namespace Fluister.Client.Accounts;

/// <summary>Why nobody was registered, for people.</summary>
internal static class RegistrationRefusal
{
    /// <summary>There is no such invite (any more), or its code is another.</summary>
    public static ClientException NoInvite() => new(
        ClientError.Refused,
        "The home server does not take this invite: it is mistyped, has expired, or was taken back. Ask for a new one.");

    /// <summary>All its uses are used.</summary>
    public static ClientException InviteUsedUp() => new(
        ClientError.Refused, "This invite was used already, as often as it may be. Ask for a new one.");

    /// <summary>Something else was begun, and may have used an invite up.</summary>
    public static ClientException BegunOtherwise() => new(
        ClientError.BadInput,
        "Another registration or linking was begun for this account and is not at its end. Go on with that one, or give the new account "
        + "another name.");

    /// <summary>The server did not make the receipt as it should.</summary>
    public static ClientException BadReceipt(Exception? cause) => new(
        ClientError.Malformed,
        "The home server's receipt for the invite is not as it should be; it could tell whose it is. Nothing was registered. Is this "
        + "computer's clock right? Else ask the server's operator.",
        cause);

    /// <summary>By the status of the answer to a registration.</summary>
    public static ClientException Of(int status) => status switch
    {
        400 => new(ClientError.Refused, "The home server does not take the receipt for the invite (any more). Ask for a new invite."),
        401 => new(ClientError.Refused, "The home server has forgotten that the number was verified. Register again."),
        403 => new(
            ClientError.Refused,
            "The home server does not register this number: another account has it, or the invite was used up meanwhile. Ask for a new "
            + "invite, or choose another number."),
        409 => new(ClientError.Refused, "An account with this number is there, and must be moved from its device."),
        423 => new(ClientError.Refused, "The account with this number has a registration lock, which this program does not know."),
        499 => new(ClientError.Refused, "The home server wants a newer client. Update this program.") { IsForAll = true },
        _ => new(ClientError.Refused, "The home server does not register this account: what was sent is not as it wants it."),
    };
}
