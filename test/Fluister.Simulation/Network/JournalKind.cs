namespace Fluister.Simulation.Network;

/// <summary>What a line of a journal says.</summary>
internal enum JournalKind
{
    /// <summary>A message is about to be written: its name, the account that it is for, its hash.</summary>
    Wrote,

    /// <summary>The client has taken it: its name, the client's timestamp. From here on it is promised.</summary>
    Kept,

    /// <summary>It is at the home server: the device, the client's timestamp.</summary>
    Sent,

    /// <summary>The client has given it up and said so: the device, the client's timestamp, why.</summary>
    Failed,

    /// <summary>A device was told of a message: device, author and their device, conversation, name, hash.</summary>
    Came,

    /// <summary>What was told came under a seal: device, name.</summary>
    Sealed,

    /// <summary>A message is in a device's store, of which nothing told before the process was killed: as <see cref="Came"/>.</summary>
    Found,

    /// <summary>A message is in a device's store at the end, in the store's order: as <see cref="Came"/>.</summary>
    Shown,

    /// <summary>A device could not read an envelope: device, why.</summary>
    Refused,

    /// <summary>A device's store was read to its end: device.</summary>
    Read,
}
