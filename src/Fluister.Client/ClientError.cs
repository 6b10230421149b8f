namespace Fluister.Client;

/// <summary>What kept the client from doing what it was asked.</summary>
public enum ClientError
{
    /// <summary>No such account, person, message or file.</summary>
    NotFound,

    /// <summary>What was asked makes no sense as it was asked.</summary>
    BadInput,

    /// <summary>The home server cannot be reached.</summary>
    Unreachable,

    /// <summary>The home server is not the one whose key is known, or its certificate is not.</summary>
    UntrustedServer,

    /// <summary>The home server does not know this device any more: it was unlinked, or registered elsewhere.</summary>
    Unlinked,

    /// <summary>The home server refused.</summary>
    Refused,

    /// <summary>Too often; <see cref="ClientException.RetryAfter"/> tells when to come again.</summary>
    RateLimited,

    /// <summary>The home server wants an invite before it takes more messages to strangers (428).</summary>
    Challenged,

    /// <summary>The person's identity key has changed, and was not accepted yet.</summary>
    UntrustedIdentity,

    /// <summary>What came from the server or from another device is not what it should be.</summary>
    Malformed,

    /// <summary>Another program has the account open.</summary>
    InUse,

    /// <summary>The store cannot be read or written: wrong key, damage, full disk.</summary>
    Store,
}
