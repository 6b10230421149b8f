using Fluister.Wire.Protos;

namespace Fluister.Client.Transport;

/// <summary>What the home server pushes to this device.</summary>
internal abstract record Delivery;

/// <summary>An envelope. It comes again, after the next connection, unless it is acknowledged.</summary>
/// <param name="Envelope">The envelope.</param>
/// <param name="Acknowledge">Tells the server that it is in the store; does not wait, and does nothing when the connection is gone.</param>
internal sealed record EnvelopeDelivery(Envelope Envelope, Action Acknowledge) : Delivery;

/// <summary>Everything that waited has been pushed.</summary>
internal sealed record QueueEmptyDelivery : Delivery;

/// <summary>What was pushed is no envelope, and was acknowledged, lest it come again for ever.</summary>
internal sealed record MalformedDelivery : Delivery;
