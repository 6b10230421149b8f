using System.Buffers.Text;
using System.Globalization;
using Fluister.Cryptography;
using Fluister.Wire;

namespace Fluister.Server.Invites;

/// <summary>Lets somebody register: a token, which goes where a client asks for a captcha, and a code, which goes where it asks for the
/// code that was sent. Both together buy a receipt, which registers without a number.</summary>
internal sealed record Invite(byte[] Token, string Code, int UsesLeft, DateTimeOffset Expires, DateTimeOffset Created)
{
    private const int TokenBytes = 16;

    /// <summary>The token as people see it: base64url.</summary>
    public string Text => Base64Url.EncodeToString(Token);

    /// <summary>A fresh invite.</summary>
    public static Invite Generate(int uses, DateTimeOffset now, TimeSpan age, RandomSource random)
    {
        var token = new byte[TokenBytes];
        random.Fill(token);
        Span<byte> bytes = stackalloc byte[4];
        random.Fill(bytes);
        var code = (BitConverter.ToUInt32(bytes) % 1_000_000).ToString("d6", CultureInfo.InvariantCulture);
        return new Invite(token, code, uses, now + age, now);
    }

    /// <summary>Reads a captcha's answer: a token, before which clients put scheme, site key and action with points between them.</summary>
    public static byte[]? ReadCaptcha(string captcha) => ReadToken(captcha[(captcha.LastIndexOf('.') + 1)..]);

    /// <summary>Reads a token's text, or gives none.</summary>
    public static byte[]? ReadToken(string text)
    {
        Span<byte> bytes = stackalloc byte[TokenBytes];
        return Base64Text.TryRead(text, bytes) ? bytes.ToArray() : null;
    }
}
