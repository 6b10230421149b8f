using System.Text.Json;
using Fluister.Protocol;
using Fluister.Protocol.ZkGroup;

namespace Fluister.Tests.Protocol.ZkGroup;

/// <summary>A server's zero-knowledge params with the official package's bytes.</summary>
public sealed class ServerParamsTests
{
    private static readonly JsonElement[] Servers = [.. Golden.Read("receipts").GetProperty("servers").EnumerateArray()];

    [Fact]
    public void Random_bytes_give_the_params_of_the_official_package()
    {
        foreach (var server in Servers)
        {
            var secret = ServerSecretParams.Generate(new FixedRandom(server.Bytes("random")));
            Assert.Equal(server.Bytes("secret"), secret.Write());
            Assert.Equal(server.Bytes("public"), secret.Public.Write());
            Assert.Equal(ServerSecretParams.Bytes, secret.Write().Length);
            Assert.Equal(ServerPublicParams.Bytes, secret.Public.Write().Length);
        }
    }

    [Fact]
    public void Params_are_read_and_written_again()
    {
        foreach (var server in Servers)
        {
            var secret = ServerSecretParams.Read(server.Bytes("secret"));
            Assert.Equal(server.Bytes("secret"), secret.Write());
            Assert.Equal(server.Bytes("public"), secret.Public.Write());
            Assert.Equal(server.Bytes("public"), ServerPublicParams.Read(server.Bytes("public")).Write());
        }
    }

    [Fact]
    public void The_notary_signs_as_the_official_package_does()
    {
        foreach (var server in Servers)
        {
            var secret = ServerSecretParams.Read(server.Bytes("secret"));
            foreach (var signed in server.GetProperty("messages").EnumerateArray())
            {
                var (message, signature) = (signed.Bytes("message"), signed.Bytes("signature"));
                Assert.Equal(signature, secret.Sign(message, new FixedRandom(signed.Bytes("random"))));
                Assert.True(secret.Public.Verify(message, signature));
            }
        }
    }

    [Fact]
    public void Another_message_key_or_signature_is_not_the_notarys()
    {
        var (ours, theirs) = (ServerPublicParams.Read(Servers[0].Bytes("public")), ServerPublicParams.Read(Servers[1].Bytes("public")));
        var signed = Servers[0].GetProperty("messages")[1];
        var (message, signature) = (signed.Bytes("message"), signed.Bytes("signature"));
        Assert.False(theirs.Verify(message, signature));
        Assert.False(ours.Verify([.. message, 0], signature));
        Assert.False(ours.Verify(message, signature.AsSpan(1)));
        Assert.False(ours.Verify(message, [.. signature, 0]));
        for (var bit = 0; bit < signature.Length * 8; bit += 7)
        {
            Assert.False(ours.Verify(message, Flipped(signature, bit)));
        }
    }

    [Fact]
    public void Secret_params_whose_halves_do_not_fit_are_refused()
    {
        var bytes = Servers[0].Bytes("secret");
        for (var value = 0; value < (bytes.Length - 1) / 32; value++)
        {
            var changed = Flipped(bytes, (1 + (32 * value)) * 8);
            if (IsFree(value))
            {
                Assert.NotEqual(bytes, ServerSecretParams.Read(changed).Write());
            }
            else
            {
                Assert.Throws<ProtocolException>(() => ServerSecretParams.Read(changed));
            }
        }
    }

    [Fact]
    public void Bytes_that_are_no_params_are_refused()
    {
        var (secret, open) = (Servers[0].Bytes("secret"), Servers[0].Bytes("public"));
        foreach (var wrong in new[] { [], secret[..^1], [.. secret, 0], [1, .. secret[1..]], secret[..200] })
        {
            Refused.With(ProtocolError.Malformed, () => ServerSecretParams.Read(wrong));
        }

        foreach (var wrong in new[] { [], open[..^1], [.. open, 0], [1, .. open[1..]], [0, .. Enumerable.Repeat((byte)255, 672)] })
        {
            Refused.With(ProtocolError.Malformed, () => ServerPublicParams.Read(wrong));
        }
    }

    // The scalars y that older kinds keep beyond their attributes, all of the generic key but its w, and the endorsements' key have no
    // point beside them in these bytes.
    private static bool IsFree(int value) => value is 8 or 31 or 32 or 73 or >= 75;

    private static byte[] Flipped(byte[] bytes, int bit)
    {
        byte[] changed = [.. bytes];
        changed[bit / 8] ^= (byte)(1 << (bit % 8));
        return changed;
    }
}
