using Fluister.Server.Messages;

namespace Fluister.Server.Mailboxes;

/// <summary>A message in a mailbox, with what its delivery needs to know, so that nobody reads the envelope again for it.</summary>
/// <param name="Sequence">Its place in the order. 0 for a letter for devices that are connected, which no mailbox holds.</param>
/// <param name="Envelope">What the device is sent; where letters share a payload, its content is the device's own part.</param>
/// <param name="IsStory">A story, which not every device wants.</param>
/// <param name="Receipt">What its sender is told once the device has acknowledged it; none where nobody is.</param>
/// <param name="Shared">The payload, held once for all whom it goes to; empty where the envelope has everything.</param>
internal sealed record Letter(
    long Sequence, byte[] Envelope, bool IsStory, DeliveryReceipt? Receipt, ReadOnlyMemory<byte> Shared = default)
{
    /// <summary>About how many bytes the device is sent.</summary>
    public int Size => Envelope.Length + Shared.Length;

    /// <summary>What the device is sent; made anew where there is a payload.</summary>
    public byte[] Whole => Shared.IsEmpty ? Envelope : EnvelopeWriter.Join(Envelope, Shared.Span);

    /// <summary>A letter of which only the envelope's bytes are known.</summary>
    public static Letter Read(long sequence, byte[] envelope, int device)
    {
        var read = Wire.Protos.Envelope.Parser.ParseFrom(envelope);
        return new Letter(sequence, envelope, read.Story, DeliveryReceipt.For(read, device));
    }
}
