using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Fluister.Cryptography;

namespace Fluister.Protocol.Usernames;

public sealed partial class Username
{
    // How many numbers of two digits, of three and so on up to nine are tried.
    private static readonly int[] CandidatesByDigits = [4, 3, 3, 2, 2, 2, 2, 2];

    /// <summary>Usernames with random numbers to try for a nickname, the short ones first: 20.</summary>
    /// <param name="nickname">The nickname.</param>
    /// <param name="shortest">Fewest characters of a nickname.</param>
    /// <param name="longest">Most characters of a nickname, at most 48.</param>
    /// <param name="random">Where the numbers come from.</param>
    /// <param name="candidates">The usernames, no two the same.</param>
    /// <param name="error">What is wrong with the nickname.</param>
    public static bool TryCandidates(
        string nickname,
        int shortest,
        int longest,
        RandomSource random,
        [NotNullWhen(true)] out IReadOnlyList<string>? candidates,
        [NotNullWhen(false)] out UsernameError? error)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(longest, MostNickname);
        error = CheckBeginning(nickname) ?? CheckNickname(nickname, shortest, longest);
        candidates = error is null ? Candidates(nickname, random) : null;
        return error is null;
    }

    private static List<string> Candidates(string nickname, RandomSource random)
    {
        List<string> found = [];
        uint begin = 1, end = 100;
        foreach (var count in CandidatesByDigits)
        {
            HashSet<uint> numbers = [];
            while (numbers.Count < count)
            {
                var number = begin + Below(end - begin, random);
                if (numbers.Add(number))
                {
                    found.Add(Format(nickname, number));
                }
            }

            (begin, end) = (end, end * 10);
        }

        return found;
    }

    // A number below a bound, each with the same chance.
    private static uint Below(uint bound, RandomSource random)
    {
        Span<byte> draw = stackalloc byte[4];
        var fair = uint.MaxValue / bound * bound;
        uint number;
        do
        {
            random.Fill(draw);
            number = BinaryPrimitives.ReadUInt32LittleEndian(draw);
        }
        while (number >= fair);
        return number % bound;
    }
}
