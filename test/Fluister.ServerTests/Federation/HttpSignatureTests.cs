using System.Buffers.Text;
using System.Text;
using Fluister.Cryptography.Curves;
using Fluister.Server.Federation;

namespace Fluister.ServerTests.Federation;

public sealed class HttpSignatureTests
{
    // RFC 9421, B.2.6, the lines put together that RFC 8792 has folded.
    private const string Parameters =
        "(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\");created=1618884473;keyid=\"test-key-ed25519\"";

    private const string Bytes = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";

    private static readonly (string, string)[] Covered =
    [
        ("date", "Tue, 20 Apr 2021 02:07:55 GMT"), ("@method", "POST"), ("@path", "/foo"), ("@authority", "example.com"),
        ("content-type", "application/json"), ("content-length", "18"),
    ];

    [Fact]
    public void The_base_of_the_RFC_is_ours_and_its_key_has_signed_it()
    {
        var read = HttpSignature.Read($"sig-b26={Parameters}", $"sig-b26=:{Bytes}:")!;
        Assert.Equal(Covered.Select(part => part.Item1), read.Covered);
        Assert.Equal((1618884473L, "test-key-ed25519", null, null), (read.Created, read.KeyId, read.Nonce, read.Tag));
        var signed = HttpSignature.Base(Covered, read.Parameters);
        Assert.Equal(
            """
            "date": Tue, 20 Apr 2021 02:07:55 GMT
            "@method": POST
            "@path": /foo
            "@authority": example.com
            "content-type": application/json
            "content-length": 18
            "@signature-params": 
            """.ReplaceLineEndings("\n") + Parameters,
            Encoding.UTF8.GetString(signed));
        var key = Base64Url.DecodeFromChars("JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs");
        Assert.True(Ed25519.Verify(key, signed, read.Signature));
    }

    // RFC 9530, appendix D: the body of its examples, and the same with a line's end.
    [Theory]
    [InlineData("{\"hello\": \"world\"}", "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:")]
    [InlineData("{\"hello\": \"world\"}\n", "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:")]
    public void Digests_are_those_of_the_RFC(string body, string digest) =>
        Assert.Equal(digest, HttpSignature.Digest(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("(\"a\")", true)]
    [InlineData("()", true)]
    [InlineData("(\"a\" \"b\");created=1;nonce=\"n\";keyid=\"k\";tag=\"t\"", true)]
    [InlineData("(\"a\");tag=\"t\";created=999999999999999", true)]
    [InlineData("", false)]
    [InlineData("(", false)]
    [InlineData("(\"a\"", false)]
    [InlineData("(\"a\"  \"b\")", false)]
    [InlineData("( \"a\")", false)]
    [InlineData("(\"a\"\"b\")", false)]
    [InlineData("(\"a\" \"a\")", false)]
    [InlineData("(a)", false)]
    [InlineData("(\"a\\\"\")", false)]
    [InlineData("(\"é\")", false)]
    [InlineData("(\"a\n\")", false)]
    [InlineData("(\"a\";sf)", false)]
    [InlineData("(\"a\") ", false)]
    [InlineData("(\"a\"), sig=()", false)]
    [InlineData("(\"a\");", false)]
    [InlineData("(\"a\"); created=1", false)]
    [InlineData("(\"a\");created=1;created=1", false)]
    [InlineData("(\"a\");created=01", false)]
    [InlineData("(\"a\");created=-1", false)]
    [InlineData("(\"a\");created=1.5", false)]
    [InlineData("(\"a\");created=9999999999999999", false)]
    [InlineData("(\"a\");created=\"1\"", false)]
    [InlineData("(\"a\");nonce=1", false)]
    [InlineData("(\"a\");expires=1", false)]
    [InlineData("(\"a\");alg=\"ed25519\"", false)]
    public void Only_the_canonical_form_is_read(string parameters, bool reads) =>
        Assert.Equal(reads, HttpSignature.Read($"fl={parameters}", "fl=:AAAA:") is not null);

    [Theory]
    [InlineData("fl=()", "fl=:AAAA:", true)]
    [InlineData("*x-1.0_=()", "*x-1.0_=:AAAA:", true)]
    [InlineData("fl=()", "fl=::", true)]
    [InlineData("fl=()", "fk=:AAAA:", false)]
    [InlineData("fl=()", "fl=:AAA:", false)]
    [InlineData("fl=()", "fl=:AA A:", false)]
    [InlineData("fl=()", "fl=:AAAA:,", false)]
    [InlineData("fl=()", "fl=:", false)]
    [InlineData("fl=()", "fl=AAAA", false)]
    [InlineData("fl=()", "", false)]
    [InlineData("fl=()", null, false)]
    [InlineData(null, "fl=:AAAA:", false)]
    [InlineData("Fl=()", "Fl=:AAAA:", false)]
    [InlineData("=()", "=:AAAA:", false)]
    public void Both_headers_belong_together(string? input, string? signature, bool reads) =>
        Assert.Equal(reads, HttpSignature.Read(input, signature) is not null);

    [Fact]
    public void What_is_longer_than_any_signature_is_not_read()
    {
        string Input(int length) => $"fl=();nonce=\"{new string('n', length - "fl=();nonce=\"\"".Length)}\"";
        Assert.NotNull(HttpSignature.Read(Input(512), "fl=:AAAA:"));
        Assert.Null(HttpSignature.Read(Input(513), "fl=:AAAA:"));
        Assert.Null(HttpSignature.Read("fl=()", $"fl=:{new string('A', 512)}:"));
    }
}
