using Fluister.Cryptography.Symmetric;

namespace Fluister.Benchmarks.Timing;

/// <summary>AES-256-GCM-SIV opening messages: one key and one text, all zero, or random ones.</summary>
/// <remarks>There is no class of forged tags: a tag is where the keystream begins, so that a wrong one gives another text, whose tag
/// has nothing in common with it; and what fails to open is cleared, which takes its time and is no secret.</remarks>
internal sealed class OpeningSubject(bool accelerated) : TimingSubject, IDisposable
{
    private const int TextBytes = 256;

    private static readonly byte[] Nonce = new byte[AesGcmSiv.NonceBytes];

    private readonly byte[] _sealed = GC.AllocateArray<byte>(TextBytes + AesGcmSiv.TagBytes, pinned: true);
    private readonly byte[] _text = GC.AllocateArray<byte>(TextBytes, pinned: true);
    private AesGcmSiv _cipher = new(new byte[AesGcmSiv.KeyBytes]);

    public override string Name => $"AES-GCM-SIV open, {TextBytes} bytes, {(accelerated ? "accelerated" : "portable")}";

    public override string Classes => "one key and text | random ones";

    public override int InputBytes => AesGcmSiv.KeyBytes + TextBytes + AesGcmSiv.TagBytes;

    public override void Prepare(int @class, Random random, Span<byte> input)
    {
        random.NextBytes(input);
        if (@class == 0)
        {
            input.Clear();
        }

        var text = input.Slice(AesGcmSiv.KeyBytes, TextBytes);
        using var cipher = new AesGcmSiv(input[..AesGcmSiv.KeyBytes]);
        cipher.Encrypt(Nonce, text, text, input[^AesGcmSiv.TagBytes..]);
    }

    public override void Load(ReadOnlySpan<byte> input)
    {
        _cipher.Dispose();
        _cipher = new AesGcmSiv(input[..AesGcmSiv.KeyBytes], accelerated);
        input[AesGcmSiv.KeyBytes..].CopyTo(_sealed);
    }

    public override void Run()
    {
        if (!_cipher.TryDecrypt(Nonce, _sealed.AsSpan(0, TextBytes), _sealed.AsSpan(TextBytes), _text))
        {
            throw new InvalidOperationException("A message did not open.");
        }
    }

    public void Dispose() => _cipher.Dispose();
}
