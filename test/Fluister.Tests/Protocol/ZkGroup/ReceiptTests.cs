using System.Buffers.Binary;
using System.Text.Json;
using Fluister.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.ZkGroup;
using Fluister.Protocol.ZkGroup.Receipts;

namespace Fluister.Tests.Protocol.ZkGroup;

/// <summary>Receipts with the official package's bytes, and what is no receipt.</summary>
public sealed class ReceiptTests
{
    private const ulong Day = 86_400;

    private static readonly JsonElement File = Golden.Read("receipts");
    private static readonly ServerSecretParams Server = ServerSecretParams.Read(File.GetProperty("servers")[0].Bytes("secret"));
    private static readonly ServerSecretParams Other = ServerSecretParams.Read(File.GetProperty("servers")[1].Bytes("secret"));

    public static TheoryData<int> Receipts => [.. Enumerable.Range(0, File.GetProperty("receipts").GetArrayLength())];

    [Theory]
    [MemberData(nameof(Receipts))]
    public void Every_step_gives_the_bytes_of_the_official_package(int number)
    {
        var item = File.GetProperty("receipts")[number];
        var random = item.GetProperty("random");
        var (serial, expiration) = (item.Bytes("serial"), item.GetProperty("expiration").GetUInt64());
        var level = item.GetProperty("level").GetUInt64();

        var context = ReceiptCredentialRequestContext.Create(serial, new FixedRandom(random.Bytes("request")));
        Assert.Equal(item.Bytes("context"), context.Write());
        Assert.Equal(item.Bytes("request"), context.Request.Write());
        var response = Server.IssueReceipt(context.Request, expiration, level, new FixedRandom(random.Bytes("issue")));
        Assert.Equal(item.Bytes("response"), response.Write());
        var credential = context.Receive(Server.Public, response);
        Assert.Equal(item.Bytes("credential"), credential.Write());
        var presentation = credential.Present(Server.Public, new FixedRandom(random.Bytes("present")));
        Assert.Equal(item.Bytes("presentation"), presentation.Write());

        Assert.True(Server.Verify(presentation));
        Assert.Equal(serial, presentation.Serial.ToArray());
        Assert.Equal((expiration, level), (presentation.Expiration, presentation.Level));
        Assert.Equal((expiration, level), (credential.Expiration, credential.Level));
        Assert.Equal((expiration, level), (response.Expiration, response.Level));
    }

    [Theory]
    [MemberData(nameof(Receipts))]
    public void Every_step_is_read_and_written_again(int number)
    {
        var item = File.GetProperty("receipts")[number];
        var context = ReceiptCredentialRequestContext.Read(item.Bytes("context"));
        Assert.Equal(item.Bytes("context"), context.Write());
        Assert.Equal(item.Bytes("request"), ReceiptCredentialRequest.Read(item.Bytes("request")).Write());
        var response = ReceiptCredentialResponse.Read(item.Bytes("response"));
        Assert.Equal(item.Bytes("response"), response.Write());
        Assert.Equal(item.Bytes("credential"), context.Receive(Server.Public, response).Write());
        Assert.Equal(item.Bytes("credential"), ReceiptCredential.Read(item.Bytes("credential")).Write());
        var presentation = ReceiptCredentialPresentation.Read(item.Bytes("presentation"));
        Assert.Equal(item.Bytes("presentation"), presentation.Write());
        Assert.True(Server.Verify(presentation));
    }

    [Fact]
    public void A_presentation_with_any_part_changed_is_no_receipt()
    {
        var bytes = File.GetProperty("receipts")[0].Bytes("presentation");
        var refused = 0;
        for (var bit = 0; bit < bytes.Length * 8; bit += 3)
        {
            byte[] changed = [.. bytes];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                Assert.False(Server.Verify(ReceiptCredentialPresentation.Read(changed)));
            }
            catch (ProtocolException malformed)
            {
                Assert.Equal(ProtocolError.Malformed, malformed.Error);
            }

            refused++;
        }

        Assert.Equal((bytes.Length * 8 + 2) / 3, refused);
    }

    // Each of the five points and each of the four scalars of the proof, replaced by one that is well formed; and each value that is
    // said beside them.
    [Fact]
    public void A_presentation_with_well_formed_parts_of_another_is_no_receipt()
    {
        var (mine, other) = (Shown(Server), Shown(Server));
        foreach (var (from, length) in Parts(1, 5, 32).Concat(Parts(169, 4, 32)).Concat([(297, 8), (305, 8), (313, 16)]))
        {
            byte[] mixed = [.. mine];
            other.AsSpan(from, length).CopyTo(mixed.AsSpan(from));
            mixed[from] ^= (byte)(from >= 297 && mixed.AsSpan().SequenceEqual(mine) ? 1 : 0);
            Assert.NotEqual(mine, mixed);
            Assert.False(Server.Verify(ReceiptCredentialPresentation.Read(mixed)), $"bytes from {from}");
        }

        Assert.True(Server.Verify(ReceiptCredentialPresentation.Read(mine)));
    }

    [Fact]
    public void A_proof_that_is_shorter_longer_or_of_zeros_is_no_receipt()
    {
        var bytes = Shown(Server);
        foreach (var proof in new byte[][] { [], bytes[169..265], [.. bytes[169..297], .. new byte[32]], new byte[128] })
        {
            var length = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, proof.Length);
            byte[] changed = [.. bytes[..161], .. length, .. proof, .. bytes[297..]];
            Assert.False(Server.Verify(ReceiptCredentialPresentation.Read(changed)));
        }

        // All points neutral, all scalars zero: nothing is hidden, and nothing shown.
        byte[] nothing = [.. new byte[161], .. bytes[161..169], .. new byte[128], .. bytes[297..]];
        Assert.False(Server.Verify(ReceiptCredentialPresentation.Read(nothing)));
    }

    [Fact]
    public void A_length_beyond_the_bytes_is_refused_without_taking_that_much()
    {
        var bytes = Shown(Server);
        foreach (var length in new[] { 129UL, 1UL << 31, 1UL << 63, ulong.MaxValue })
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(161), length);
            Refused.With(ProtocolError.Malformed, () => ReceiptCredentialPresentation.Read(bytes));
        }
    }

    [Fact]
    public void A_receipt_of_another_server_is_none()
    {
        Assert.False(Server.Verify(ReceiptCredentialPresentation.Read(Shown(Other))));
        var context = ReceiptCredentialRequestContext.Create(new byte[16], RandomSource.System);
        var response = Other.IssueReceipt(context.Request, Day, 300, RandomSource.System);
        Refused.With(ProtocolError.BadProof, () => context.Receive(Server.Public, response));
    }

    [Fact]
    public void An_answer_with_any_part_changed_is_refused()
    {
        var context = ReceiptCredentialRequestContext.Create(new byte[16], RandomSource.System);
        var bytes = Server.IssueReceipt(context.Request, 20_000 * Day, 300, RandomSource.System).Write();
        var other = Server.IssueReceipt(context.Request, 20_001 * Day, 301, RandomSource.System).Write();
        foreach (var (from, length) in new[] { (1, 8), (9, 8) }.Concat(Parts(17, 4, 32)).Concat(Parts(153, 8, 32)))
        {
            byte[] mixed = [.. bytes];
            other.AsSpan(from, length).CopyTo(mixed.AsSpan(from));
            Refused.With(ProtocolError.BadProof, () => context.Receive(Server.Public, ReceiptCredentialResponse.Read(mixed)));
        }

        Assert.Equal(300UL, context.Receive(Server.Public, ReceiptCredentialResponse.Read(bytes)).Level);
    }

    [Fact]
    public void An_answer_to_somebody_else_is_refused()
    {
        var mine = ReceiptCredentialRequestContext.Create(new byte[16], RandomSource.System);
        var theirs = ReceiptCredentialRequestContext.Create(new byte[16], RandomSource.System);
        var response = Server.IssueReceipt(theirs.Request, Day, 300, RandomSource.System);
        Refused.With(ProtocolError.BadProof, () => mine.Receive(Server.Public, response));
    }

    // A server could know a client again by a second of the day that it gave no other.
    [Fact]
    public void A_receipt_that_does_not_expire_at_midnight_is_refused()
    {
        var context = ReceiptCredentialRequestContext.Create(new byte[16], RandomSource.System);
        var response = Server.IssueReceipt(context.Request, (20_000 * Day) + 1, 300, RandomSource.System);
        Refused.With(ProtocolError.BadProof, () => context.Receive(Server.Public, response));
    }

    [Fact]
    public void Two_presentations_of_one_receipt_have_nothing_but_the_receipt_in_common()
    {
        var context = ReceiptCredentialRequestContext.Create(new byte[16], RandomSource.System);
        var credential = context.Receive(Server.Public, Server.IssueReceipt(context.Request, Day, 300, RandomSource.System));
        var (one, two) = (credential.Present(Server.Public, RandomSource.System), credential.Present(Server.Public, RandomSource.System));
        Assert.True(Server.Verify(one) && Server.Verify(two));
        var (first, second) = (one.Write(), two.Write());
        foreach (var (from, length) in Parts(1, 5, 32).Concat(Parts(169, 4, 32)))
        {
            Assert.NotEqual(first[from..(from + length)], second[from..(from + length)]);
        }
    }

    [Fact]
    public void Bytes_that_are_no_step_are_refused()
    {
        var item = File.GetProperty("receipts")[0];
        (string Name, Action<byte[]> Read)[] steps =
        [
            ("context", bytes => ReceiptCredentialRequestContext.Read(bytes)),
            ("request", bytes => ReceiptCredentialRequest.Read(bytes)),
            ("response", bytes => ReceiptCredentialResponse.Read(bytes)),
            ("credential", bytes => ReceiptCredential.Read(bytes)),
            ("presentation", bytes => ReceiptCredentialPresentation.Read(bytes)),
        ];
        foreach (var (name, read) in steps)
        {
            var bytes = item.Bytes(name);
            for (var length = 0; length < bytes.Length; length++)
            {
                Refused.With(ProtocolError.Malformed, () => read(bytes[..length]));
            }

            Refused.With(ProtocolError.Malformed, () => read([.. bytes, 0]));
            Refused.With(ProtocolError.Malformed, () => read([1, .. bytes[1..]]));
        }
    }

    private static IEnumerable<(int From, int Length)> Parts(int from, int count, int length) =>
        Enumerable.Range(0, count).Select(part => (from + (part * length), length));

    private static byte[] Shown(ServerSecretParams server)
    {
        var random = RandomSource.System;
        var serial = new byte[16];
        random.Fill(serial);
        var context = ReceiptCredentialRequestContext.Create(serial, random);
        var credential = context.Receive(server.Public, server.IssueReceipt(context.Request, 20_000 * Day, 300, random));
        return credential.Present(server.Public, random).Write();
    }
}
