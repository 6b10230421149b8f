using Fluister.Protocol;

namespace Fluister.InteropTests.Libsignal.Pairings;

/// <summary>What an implementation made of bytes: the text, or why it refused, in words that both have.</summary>
/// <param name="Text">What was decrypted, in hexadecimal; null where it was refused.</param>
/// <param name="Refusal">Why it was refused, as far as both name it: Duplicate, UntrustedIdentity, SelfSend, or Refused.</param>
/// <param name="Detail">The implementation's own words, for the reader of a failure.</param>
internal sealed record Verdict(string? Text, string? Refusal, string Detail)
{
    /// <summary>Whether the bytes were taken.</summary>
    public bool IsAccepted => Refusal is null;

    /// <summary>Tries, and says what came of it. Any exception but a refusal passes.</summary>
    public static Verdict Of(Func<byte[]> attempt)
    {
        try
        {
            return new Verdict(Convert.ToHexString(attempt()), null, "accepted");
        }
        catch (ProtocolException refusal)
        {
            var name = refusal.Error switch
            {
                ProtocolError.Duplicate => "Duplicate",
                ProtocolError.UntrustedIdentity => "UntrustedIdentity",
                ProtocolError.SelfSend => "SelfSend",
                _ => "Refused",
            };
            return new Verdict(null, name, $"{refusal.Error}: {refusal.Message}");
        }
        catch (LibsignalException refusal)
        {
            var name = refusal.Name switch
            {
                "DuplicatedMessage" => "Duplicate",
                "UntrustedIdentity" => "UntrustedIdentity",
                "SealedSenderSelfSend" => "SelfSend",
                _ when refusal.Said.Contains("identity key not consistent", StringComparison.Ordinal) => "UntrustedIdentity",
                _ => "Refused",
            };
            return new Verdict(null, name, refusal.Message);
        }
    }

    /// <summary>Whether two implementations say the same.</summary>
    public bool Agrees(Verdict other) => Text == other.Text && Refusal == other.Refusal;

    /// <inheritdoc/>
    public override string ToString() => IsAccepted ? $"accepted {Text}" : Detail;
}
