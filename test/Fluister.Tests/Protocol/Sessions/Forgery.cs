using Fluister.Protocol.Messages;
using Fluister.Protocol.Ratchets;
using Fluister.Protocol.Sessions;

namespace Fluister.Tests.Protocol.Sessions;

/// <summary>Messages that only a peer with the session's keys can make, but that an honest one never would.</summary>
internal static class Forgery
{
    /// <summary>A message whose MAC is good and whose content is what it is.</summary>
    public static SignalMessage WithBody(Party from, Party to, byte[] body) => With(from, to, body, null);

    /// <summary>A message whose MAC is good, with another part for the post-quantum ratchet.</summary>
    public static SignalMessage WithPostQuantum(Party from, Party to, byte[] part) => With(from, to, null, part);

    private static SignalMessage With(Party from, Party to, byte[]? body, byte[]? postQuantum)
    {
        var honest = Assert.IsType<SignalMessage>(Copy(from).Send(to, "honest"));
        using var state = SessionRecord.Read(from.Record.Write());
        var ratchet = state.Current!.Ratchet;
        var seed = new byte[SkippedKey.SeedBytes];
        ratchet.Double.SenderSeed(seed);

        // The post-quantum key of the next message does not depend on what is random in it.
        using var step = ratchet.PostQuantum!.Send(from.Random);
        var keys = MessageKeys.Derive(seed, step.Key, new byte[MessageKeys.Bytes]);
        var parts = new SignalMessage.Parts
        {
            Version = 4,
            RatchetKey = honest.RatchetKey,
            Counter = honest.Counter,
            PreviousCounter = ratchet.Double.PreviousCounter,
            Body = body ?? honest.Body,
            PostQuantum = postQuantum ?? step.Message,
        };
        return SignalMessage.Create(parts, from.Local.Identity.Public, to.Local.Identity.Public, keys.Mac);
    }

    private static Party Copy(Party from)
    {
        var copy = new Party(from.Random, from.Local);
        copy.Restore(from.Record.Write());
        return copy;
    }
}
