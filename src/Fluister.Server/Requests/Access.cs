namespace Fluister.Server.Requests;

/// <summary>Who may call a route. There is no default: each route says it.</summary>
internal enum Access
{
    /// <summary>A device with its password.</summary>
    Device,

    /// <summary>The account's primary device with its password.</summary>
    PrimaryDevice,

    /// <summary>Anybody; credentials, where given, are not looked at.</summary>
    Anyone,

    /// <summary>Only callers that do not say who they are: what they ask would tell the server too much.</summary>
    Anonymous,

    /// <summary>A device with its password, or somebody with an access key, which the room checks.</summary>
    DeviceOrAccessKey,

    /// <summary>Another home server, which signs what it asks.</summary>
    Peer,
}
