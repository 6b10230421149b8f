using System.Text.Json.Serialization;

namespace Fluister.Simulation.Histories;

/// <summary>Something that somebody saw. What stands later in a history was seen later.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(Sent), "sent")]
[JsonDerivedType(typeof(Answered), "answered")]
[JsonDerivedType(typeof(Connected), "connected")]
[JsonDerivedType(typeof(Received), "received")]
[JsonDerivedType(typeof(Confirmed), "confirmed")]
[JsonDerivedType(typeof(Left), "left")]
[JsonDerivedType(typeof(RolledBack), "rolled-back")]
[JsonDerivedType(typeof(LossNoticed), "loss-noticed")]
internal abstract record Event
{
    /// <summary>Somebody is about to send a message. Noted before it is sent, so that none is received that is not noted.</summary>
    /// <param name="Id">Its own, of all messages.</param>
    /// <param name="Sender">Who sends it.</param>
    /// <param name="Conversation">With whom.</param>
    /// <param name="Number">Its place among its sender's, for people.</param>
    /// <param name="Hash">Of what is sent.</param>
    /// <param name="Devices">To which devices, as far as the sender knows them.</param>
    internal sealed record Sent(
        string Id, DeviceName Sender, string Conversation, long Number, string Hash, IReadOnlyList<DeviceName> Devices) : Event
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Sender} sends {Id} to {string.Join(", ", Devices)}";
    }

    /// <summary>What became of it. Without this the outcome is unknown.</summary>
    /// <param name="Id">The message.</param>
    /// <param name="Outcome">What.</param>
    /// <param name="Devices">To which devices in the end, where its server has taught the sender better; else those from before.</param>
    internal sealed record Answered(string Id, Outcome Outcome, IReadOnlyList<DeviceName>? Devices = null) : Event
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Id} is {Outcome}{(Devices is null ? "" : $" for {string.Join(", ", Devices)}")}";
    }

    /// <summary>A device connects to fetch what waits for it.</summary>
    /// <param name="Device">Who.</param>
    /// <param name="Connection">The connection's own number, of all connections.</param>
    internal sealed record Connected(DeviceName Device, int Connection) : Event;

    /// <summary>A message came.</summary>
    /// <param name="Device">To whom.</param>
    /// <param name="Connection">Over which connection.</param>
    /// <param name="Id">The message.</param>
    /// <param name="Hash">Of what came.</param>
    /// <param name="Sender">Who is said to have sent it; none where nobody says.</param>
    /// <param name="IsTaken">Whether the device means to acknowledge it: what it does not is not yet its own.</param>
    internal sealed record Received(
        DeviceName Device, int Connection, string Id, string Hash, DeviceName? Sender = null, bool IsTaken = true) : Event
    {
        /// <inheritdoc/>
        public override string ToString() =>
            $"{Device} receives {Id} over {Connection}, {Hash}{(Sender is { } said ? $", from {said}" : "")}"
            + (IsTaken ? "" : ", not taken");
    }

    /// <summary>The acknowledgement of a message is known to be on the disk of the device's server.</summary>
    internal sealed record Confirmed(DeviceName Device, string Id) : Event;

    /// <summary>A device is gone; it need not have received anything.</summary>
    internal sealed record Left(DeviceName Device) : Event;

    /// <summary>A server begins anew from a copy of its data.</summary>
    /// <param name="Server">Which.</param>
    /// <param name="To">When the copy was made: its place in the history.</param>
    internal sealed record RolledBack(string Server, int To) : Event;

    /// <summary>A server has noticed that it or a peer has lost something.</summary>
    /// <param name="By">Who noticed.</param>
    /// <param name="Peer">The other one of the two between which it was lost.</param>
    internal sealed record LossNoticed(string By, string Peer) : Event;
}
