using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Fluister.Protocol.Usernames;

/// <summary>A name by which an account can be found: a nickname, a point and a number, such as "nickname.42".</summary>
/// <remarks>
/// The server sees only the hash, a group element that commits to the name, and a proof that the sender knows the name.
/// Rules, limits and formulas as libsignal's rust/usernames.
/// </remarks>
public sealed partial class Username
{
    /// <summary>Fewest characters of a new nickname, unless the server says otherwise: 3.</summary>
    public const int ShortestNickname = 3;

    /// <summary>Most characters of a new nickname, unless the server says otherwise: 32.</summary>
    public const int LongestNickname = 32;

    // Most that the hash has room for, and so the most of a username that is only read.
    private const int MostNickname = 48;

    private Username(string nickname, ulong number)
    {
        Nickname = nickname;
        Number = number;
        _scalars = Scalars(nickname, number);
    }

    /// <summary>The nickname, in the letters that its owner chose; the hash knows only small ones.</summary>
    public string Nickname { get; }

    /// <summary>The number behind the point.</summary>
    public ulong Number { get; }

    /// <summary>Reads a username of any length that ever was allowed.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Username? username, [NotNullWhen(false)] out UsernameError? error)
    {
        var point = text.LastIndexOf('.');
        if (point < 0)
        {
            (username, error) = (null, UsernameError.SeparatorMissing);
            return false;
        }

        return TryParse(text[..point], text[(point + 1)..], 0, MostNickname, out username, out error);
    }

    /// <summary>Reads the parts of a new username.</summary>
    /// <param name="nickname">What stands before the point.</param>
    /// <param name="number">What stands behind it.</param>
    /// <param name="shortest">Fewest characters of a nickname.</param>
    /// <param name="longest">Most characters of a nickname, at most 48.</param>
    /// <param name="username">The username.</param>
    /// <param name="error">What is wrong with the parts.</param>
    public static bool TryParse(
        string nickname,
        string number,
        int shortest,
        int longest,
        [NotNullWhen(true)] out Username? username,
        [NotNullWhen(false)] out UsernameError? error)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(longest, MostNickname);

        // The reason that is given first is the same as libsignal's.
        error = CheckBeginning(nickname) ?? CheckNumber(number, out _) ?? CheckNickname(nickname, shortest, longest);
        CheckNumber(number, out var value);
        username = error is null ? new Username(nickname, value) : null;
        return error is null;
    }

    /// <summary>Nickname, point, number of at least two digits.</summary>
    public override string ToString() => Format(Nickname, Number);

    private static string Format(string nickname, ulong number) => string.Create(CultureInfo.InvariantCulture, $"{nickname}.{number:D2}");

    private static UsernameError? CheckBeginning(string nickname)
    {
        if (nickname.Length == 0)
        {
            return UsernameError.NicknameMissing;
        }

        return char.IsAsciiDigit(nickname[0]) ? UsernameError.NicknameBeginsWithDigit : null;
    }

    private static UsernameError? CheckNickname(string nickname, int shortest, int longest)
    {
        foreach (var character in nickname)
        {
            if (character != '_' && !char.IsAsciiLetterOrDigit(character))
            {
                return UsernameError.NicknameCharacter;
            }
        }

        return nickname.Length < shortest ? UsernameError.NicknameTooShort
            : nickname.Length > longest ? UsernameError.NicknameTooLong
            : null;
    }

    private static UsernameError? CheckNumber(string text, out ulong number)
    {
        number = 0;
        if (text.Length == 0)
        {
            return UsernameError.NumberMissing;
        }

        foreach (var digit in text)
        {
            if (!char.IsAsciiDigit(digit))
            {
                return UsernameError.NumberCharacter;
            }

            var next = ((UInt128)number * 10) + (ulong)(digit - '0');
            if (next > ulong.MaxValue)
            {
                return UsernameError.NumberTooLarge;
            }

            number = (ulong)next;
        }

        if (number == 0)
        {
            return UsernameError.NumberZero;
        }

        if (text.Length == 1)
        {
            return UsernameError.NumberTooShort;
        }

        return text.Length > 2 && text[0] == '0' ? UsernameError.NumberBeginsWithZero : null;
    }
}
