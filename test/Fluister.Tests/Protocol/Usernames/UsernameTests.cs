using System.Text.Json;
using Fluister.Cryptography.Curves;
using Fluister.Protocol.Usernames;

namespace Fluister.Tests.Protocol.Usernames;

public sealed class UsernameTests
{
    // The official package's words for our reasons.
    internal static readonly Dictionary<string, UsernameError> Reasons = new()
    {
        ["MissingSeparator"] = UsernameError.SeparatorMissing,
        ["NicknameCannotBeEmpty"] = UsernameError.NicknameMissing,
        ["CannotStartWithDigit"] = UsernameError.NicknameBeginsWithDigit,
        ["BadNicknameCharacter"] = UsernameError.NicknameCharacter,
        ["NicknameTooShort"] = UsernameError.NicknameTooShort,
        ["NicknameTooLong"] = UsernameError.NicknameTooLong,
        ["DiscriminatorCannotBeEmpty"] = UsernameError.NumberMissing,
        ["BadDiscriminatorCharacter"] = UsernameError.NumberCharacter,
        ["DiscriminatorCannotBeZero"] = UsernameError.NumberZero,
        ["DiscriminatorCannotBeSingleDigit"] = UsernameError.NumberTooShort,
        ["DiscriminatorCannotHaveLeadingZeros"] = UsernameError.NumberBeginsWithZero,
        ["DiscriminatorTooLarge"] = UsernameError.NumberTooLarge,
    };

    private static readonly JsonElement Account = Golden.Read("account");

    [Fact]
    public void The_points_of_the_hash_are_the_published_constants()
    {
        // libsignal, usernames/constants.rs.
        string[] published =
        [
            "60b993663a3daecc4c852f533547e305388c2a50a58393ea277de4abf3de543a",
            "f2b6f1c826fa3640206f3b58b2286bdefdfda6a54ff902f204a72de737d26157",
            "0606bd3abfce4e9617d448fb2caeb6cc028ec9a2b62b10b3d9eb2948da6f3f53",
        ];
        var bytes = new byte[32];
        Assert.Equal(published, Username.MakePoints().Select(point =>
        {
            point.Encode(bytes);
            return Convert.ToHexStringLower(bytes);
        }));
    }

    [Fact]
    public void A_nickname_is_a_number_as_published() =>
        Assert.True(Scalar25519.FixedTimeEquals(Scalar25519.From(74656), Username.NicknameScalar("_z9_")));

    [Fact]
    public void Hashes_and_proofs_are_those_of_the_official_package()
    {
        var random = Account.Bytes("random");
        foreach (var item in Account.GetProperty("usernames").EnumerateArray())
        {
            var text = item.GetProperty("username").GetString()!;
            Assert.True(Username.TryParse(text, out var username, out _));
            Assert.Equal(text, username.ToString());
            Assert.Equal(item.Bytes("hash"), username.Hash.ToArray());
            Assert.Equal(item.Bytes("proof"), username.Prove(new FixedRandom(random)));
            Assert.True(Username.VerifyProof(item.Bytes("proof"), item.Bytes("hash")));
        }
    }

    [Fact]
    public void A_text_is_refused_for_the_reason_that_the_official_package_gives()
    {
        foreach (var item in Account.GetProperty("refusedUsernames").EnumerateArray())
        {
            Assert.False(Username.TryParse(item.GetProperty("username").GetString()!, out var username, out var error));
            Assert.Null(username);
            Assert.Equal(Reasons[item.GetProperty("error").GetString()!], error);
        }
    }

    [Fact]
    public void A_new_nickname_has_the_limits_of_the_official_package()
    {
        foreach (var item in Account.GetProperty("refusedParts").EnumerateArray())
        {
            var (nickname, number) = (item.GetProperty("nickname").GetString()!, item.GetProperty("discriminator").GetString()!);
            var isValid = Username.TryParse(nickname, number, Username.ShortestNickname, Username.LongestNickname, out _, out var error);
            Assert.Equal(item.GetProperty("error").GetString() is { } reason ? Reasons[reason] : null, error);
            Assert.Equal(error is null, isValid);
        }
    }

    [Fact]
    public void The_hash_knows_only_small_letters()
    {
        Assert.True(Username.TryParse("LouD.42", out var loud, out _));
        Assert.True(Username.TryParse("loud.42", out var quiet, out _));
        Assert.True(Username.TryParse("loud.43", out var other, out _));
        Assert.Equal(quiet.Hash.ToArray(), loud.Hash.ToArray());
        Assert.NotEqual(quiet.Hash.ToArray(), other.Hash.ToArray());
        Assert.Equal("LouD", loud.Nickname);
        Assert.Equal(42UL, loud.Number);
    }

    [Fact]
    public void A_proof_holds_for_its_own_hash_alone()
    {
        Assert.True(Username.TryParse("someone.42", out var username, out _));
        Assert.True(Username.TryParse("another.42", out var another, out _));
        var proof = username.Prove(new SeededRandom(1));
        Assert.Equal(Username.ProofBytes, proof.Length);
        Assert.True(Username.VerifyProof(proof, username.Hash.Span));
        Assert.False(Username.VerifyProof(proof, another.Hash.Span));
        Assert.NotEqual(proof, username.Prove(new SeededRandom(2)));
        for (var i = 0; i < proof.Length; i += 5)
        {
            byte[] changed = [.. proof];
            changed[i] ^= 0x20;
            Assert.False(Username.VerifyProof(changed, username.Hash.Span));
        }
    }

    [Fact]
    public void Bytes_that_are_no_hash_or_no_proof_prove_nothing()
    {
        var random = new SeededRandom(3);
        Assert.True(Username.TryParse("someone.42", out var username, out _));
        for (var round = 0; round < 200; round++)
        {
            Assert.False(Username.VerifyProof(random.Bytes(random.Next(300)), username.Hash.Span));
            Assert.False(Username.VerifyProof(random.Bytes(Username.ProofBytes), random.Bytes(random.Next(64))));
        }
    }

    [Fact]
    public void Candidates_are_usernames_with_numbers_of_growing_length()
    {
        int[] digits = [2, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9];
        for (var seed = 0; seed < 20; seed++)
        {
            Assert.True(Username.TryCandidates("_SiGNA1", 3, 32, new SeededRandom(seed), out var candidates, out _));
            Assert.Equal(digits, candidates.Select(candidate => candidate.Length - "_SiGNA1.".Length));
            Assert.Distinct(candidates);
            Assert.All(candidates, candidate => Assert.True(Username.TryParse(candidate, out var _, out var _)));
        }
    }

    [Theory]
    [InlineData("", UsernameError.NicknameMissing)]
    [InlineData("1abc", UsernameError.NicknameBeginsWithDigit)]
    [InlineData("ab", UsernameError.NicknameTooShort)]
    [InlineData("abcdefghijklmnopqrstuvwxyzabcdefg", UsernameError.NicknameTooLong)]
    [InlineData("a-b", UsernameError.NicknameCharacter)]
    [InlineData("a\u212Ab", UsernameError.NicknameCharacter)]
    public void There_are_no_candidates_for_what_is_no_nickname(string nickname, UsernameError reason)
    {
        Assert.False(Username.TryCandidates(nickname, 3, 32, new SeededRandom(1), out var candidates, out var error));
        Assert.Null(candidates);
        Assert.Equal(reason, error);
    }
}
