using Fluister.Cryptography;
using Fluister.Protocol.Usernames;
using Fluister.Tests.Protocol;

namespace Fluister.InteropTests.Libsignal.Account;

/// <summary>Usernames with the official package: byte for byte, both ways, and with the same refusals.</summary>
public sealed class OfficialUsernameTests(LibsignalClient official) : IClassFixture<LibsignalClient>
{
    private readonly SeededRandom _random = new(815);

    [Fact]
    public void Hashes_and_proofs_of_random_usernames_are_the_same_bytes()
    {
        for (var round = 0; round < 40; round++)
        {
            var text = RandomUsername(_random);
            Assert.True(Username.TryParse(text, out var username, out _));
            var randomness = _random.Bytes(32);
            Assert.Equal(official.CallBytes("username.hash", new { username = text }), username.Hash.ToArray());
            var proof = username.Prove(new Given(randomness));
            Assert.Equal(official.CallBytes("username.prove", new { username = text, random = randomness }), proof);
            var hash = username.Hash.ToArray();
            Assert.True(official.Call("username.verify", new { proof, hash }).GetBoolean());
            Assert.True(Username.VerifyProof(official.CallBytes("username.prove", new { username = text }), hash));

            proof[_random.Next(proof.Length)] ^= 2;
            Assert.Throws<LibsignalException>(() => official.Call("username.verify", new { proof, hash }));
            Assert.False(Username.VerifyProof(proof, hash));
        }
    }

    [Fact]
    public void Links_of_one_implementation_are_opened_by_the_other()
    {
        for (var round = 0; round < 40; round++)
        {
            var username = RandomUsername(_random);
            using var entropy = _random.Secret(UsernameLink.EntropyBytes);
            var bytes = entropy.Reveal().ToArray();
            var ours = UsernameLink.Encrypt(username, entropy, _random);
            Assert.Equal(username, official.Call("username.openLink", new { entropy = bytes, encryptedUsername = ours }).GetString());
            var theirs = official.Call("username.makeLink", new { username, entropy = bytes }).Bytes("encryptedUsername");
            Assert.Equal(ours.Length, theirs.Length);
            Assert.Equal(username, UsernameLink.Decrypt(theirs, entropy));
        }
    }

    [Fact]
    public void Random_texts_are_judged_alike()
    {
        const string Alphabet = "aZ_09.-+ é";
        for (var round = 0; round < 2000; round++)
        {
            var text = Text(_random, Alphabet, _random.Next(9));
            text = round % 3 == 0 ? text : text + ".0" + _random.Next(200);
            var isOurs = Username.TryParse(text, out var username, out var error);
            try
            {
                var hash = official.CallBytes("username.hash", new { username = text });
                Assert.True(isOurs, $"{text}: {error}");
                Assert.Equal(hash, username!.Hash.ToArray());
            }
            catch (LibsignalException refusal)
            {
                Assert.False(isOurs, $"{text}: {refusal.Name}");
                Assert.Equal(Reason(refusal.Name), error);
            }
        }
    }

    [Fact]
    public void Candidates_of_both_have_the_same_form_and_are_usernames_for_the_other()
    {
        Assert.True(Username.TryCandidates("Some_One", 3, 32, _random, out var ours, out _));
        var answer = official.Call("username.candidates", new { nickname = "Some_One" });
        var theirs = answer.EnumerateArray().Select(text => text.GetString()!).ToList();
        Assert.Equal(theirs.Select(text => text.Length), ours.Select(text => text.Length));
        Assert.All(theirs, text => Assert.True(Username.TryParse(text, out var _, out var _)));
        Assert.All(ours, text => Assert.Equal(32, official.CallBytes("username.hash", new { username = text }).Length));
    }

    private static UsernameError Reason(string name) => name switch
    {
        "MissingSeparator" => UsernameError.SeparatorMissing,
        "NicknameCannotBeEmpty" => UsernameError.NicknameMissing,
        "CannotStartWithDigit" => UsernameError.NicknameBeginsWithDigit,
        "BadNicknameCharacter" => UsernameError.NicknameCharacter,
        "DiscriminatorCannotBeEmpty" => UsernameError.NumberMissing,
        "BadDiscriminatorCharacter" => UsernameError.NumberCharacter,
        "DiscriminatorCannotBeZero" => UsernameError.NumberZero,
        "DiscriminatorCannotBeSingleDigit" => UsernameError.NumberTooShort,
        "DiscriminatorCannotHaveLeadingZeros" => UsernameError.NumberBeginsWithZero,
        _ => throw new ArgumentException(name, nameof(name)),
    };

    private static string RandomUsername(SeededRandom random)
    {
        const string First = "_abcxyzABCXYZ";
        const string More = First + "0123456789";
        var length = 2 + random.Next(30);
        var nickname = $"{First[random.Next(First.Length)]}{Text(random, More, length)}";
        return $"{nickname}.{1 + random.Next(999_999_998):D2}";
    }

    private static string Text(SeededRandom random, string alphabet, int length) =>
        string.Concat(Enumerable.Range(0, length).Select(_ => alphabet[random.Next(alphabet.Length)]));

    private sealed class Given(byte[] bytes) : RandomSource
    {
        public override void Fill(Span<byte> target) => bytes.CopyTo(target);
    }
}
