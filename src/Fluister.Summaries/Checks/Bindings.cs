using System.Buffers;
using System.Text.RegularExpressions;
using Fluister.Summaries.Engines.Extractive;
using Fluister.Summaries.Language;

namespace Fluister.Summaries.Checks;

/// <summary>What belongs together in a text: a number and the word beside it, and people in the order that they are named in.</summary>
/// <remarks>"2 loaves and 15 apples" has all words and numbers of "15 loaves and 2 apples", and "Anna owes Ben" those of "Ben owes
/// Anna".</remarks>
internal sealed partial class Bindings
{
    /// <summary>Amounts that are no number, and what makes one larger; beginnings of words.</summary>
    private static readonly string[] Vague =
    [
        "hundreds", "thousands", "millions", "billions", "dozens", "double", "triple", "quadruple", "twice", "thrice", "minus", "couple",
            "grand",
        "hunderte", "tausende", "millionen", "dutzende", "doppel", "verdoppel", "dreifach", "honderden", "duizenden", "tientallen",
            "dubbel",
        "centaines", "milliers", "douzaines", "doubl", "cientos", "miles", "docenas", "dobl", "centinaia", "migliaia", "doppi",
    ];

    private static readonly SearchValues<char> Marks = SearchValues.Create(".,;:!?()–—…");
    private static readonly SearchValues<char> Signs = SearchValues.Create("€$£¥₿₹₽₺%");
    private static readonly SearchValues<char> Roman = SearchValues.Create("ivxlcdm");

    private readonly List<Piece> _pieces = [];

    /// <summary>Reads a text; <paramref name="isStop"/> tells words that say little.</summary>
    public Bindings(string text, Func<string, bool> isStop)
    {
        var words = new List<Word>();
        Words.Split(text, words);
        var end = 0;
        for (var w = 0; w < words.Count; w++)
        {
            var word = words[w];
            var between = text.AsSpan(end, Math.Max(0, word.Start - end));
            var isSpaced = between.ContainsAny(Marks) && !(between is ". " && end > 0 && char.IsDigit(text[end - 1])
                && char.IsLetter(text[word.Start]));
            if (between.IndexOfAny(Signs) is var sign and >= 0)
            {
                _pieces.Add(new(word.Start - 1, between[sign].ToString(), between[sign].ToString(), null, false, isSpaced));
                isSpaced = between[sign..].ContainsAny(Marks);
            }

            // 1,200 is one number; 10:30 and 5/10 are times and days, which have a check of their own.
            var last = w;
            while (char.IsDigit(text[words[last].Start]) && last + 1 < words.Count && words[last + 1].Start == words[last].Start
                + words[last].Length + 1
                && char.IsDigit(text[words[last + 1].Start]) && text[words[last + 1].Start - 1]
                    is ':' or '.' or ',' or '/' or '-' or '\'' or '’')
            {
                last++;
            }

            end = words[last].Start + words[last].Length;
            var surface = text[word.Start..Math.Min(end, word.Start + 40)];
            var lower = surface.ToLowerInvariant();
            var number = Numerals.Read(surface) is { Count: 1 } read ? read.First() : null;
            if (number is not null && last == w && !char.IsDigit(surface[0]) && w + 1 < words.Count && words[w + 1].Start == end + 1
                && Numerals.Read(text[word.Start..(words[w + 1].Start + words[w + 1].Length)]) is { Count: 1 } joined
                    && joined.First() != number)
            {
                // Twenty-five.
                number = joined.First();
                last = w + 1;
                end = words[last].Start + words[last].Length;
            }

            _pieces.Add(new(word.Start, Currencies.Sign(lower) ?? Passages.StemOf(lower), lower, number, number is null && isStop(lower),
                isSpaced)
            {
                IsTied = last > w && (surface.AsSpan().ContainsAny(":/-") || Hour().IsMatch(text.AsSpan(word.Start))),
            });
            w = last;
        }

        if (text.AsSpan(end).IndexOfAny(Signs) is var tail and >= 0)
        {
            _pieces.Add(new(end, text[end + tail].ToString(), text[end + tail].ToString(), null, false, false));
        }
    }

    /// <summary>Numbers that no day or time is made of: where, value.</summary>
    public IEnumerable<(int Start, string Value)> Numbers => _pieces.Where(x => x.Number is not null && !x.IsTied).Select(x => (x.Start,
        x.Number!));

    /// <summary>A number that stands beside another word than in all of these, or an amount that none of them has.</summary>
    public bool HasLooseNumber(IReadOnlyList<Bindings> cited)
    {
        for (var i = 0; i < _pieces.Count; i++)
        {
            var piece = _pieces[i];
            if ((Array.Exists(Vague, x => piece.Lower.StartsWith(x, StringComparison.Ordinal)) || IsRoman(piece))
                && !cited.Any(x => x._pieces.Exists(p => p.Lower == piece.Lower)))
            {
                return true;
            }

            if (piece.IsTied || (piece.Number is null && !IsOne(piece.Lower)))
            {
                continue;
            }

            // The day of a month has a check of its own.
            if ((i + 1 < _pieces.Count && Moments.IsMonth(_pieces[i + 1].Lower)) || (i > 0 && Moments.IsMonth(_pieces[i - 1].Lower)
                && !Right(i, 1).Any()))
            {
                continue;
            }

            var (right, left) = (Right(i, 1).FirstOrDefault(), Left(i));
            if (piece.Number is null)
            {
                // "One ticket", where three were spoken of.
                if (right is not null && cited.All(x => x.CountsOtherwise(right)))
                {
                    return true;
                }
            }
            else if (right is not null ? !cited.Any(x => x.Binds(piece.Number, right))
                && !(cited.Any(x => x._pieces.Exists(p => p.Key == right)) && left is not null && cited.Any(x => x.Follows(piece.Number,
                    left)))
                : left is not null && cited.Any(x => x._pieces.Exists(p => p.Key == left)) && !cited.Any(x => x.Binds(piece.Number, left)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A sign before a number: "-5".</summary>
    public static IEnumerable<string> Signed(string text)
    {
        for (var i = 0; i + 1 < text.Length; i++)
        {
            if (text[i] is '-' or '−' or '–' or '+' or '~' && char.IsDigit(text[i + 1]) && (i == 0 || char.IsWhiteSpace(text[i - 1])
                || text[i - 1] == '('))
            {
                yield return text[i..(i + 2)];
            }
        }
    }

    /// <summary>Whether two names stand in this order, the other way round, or not both.</summary>
    public int Order(string first, string second, bool isAuthorFirst, bool isAuthorSecond)
    {
        var (a, b) = (isAuthorFirst ? -1 : At(first), isAuthorSecond ? -1 : At(second));
        return a == int.MaxValue || b == int.MaxValue || a == b ? 0 : a < b ? 1 : -1;
    }

    private int At(string name)
    {
        var at = _pieces.FindIndex(x => x.Lower == name || (x.Lower.Length == name.Length + 1 && x.Lower[^1] == 's'
            && x.Lower.StartsWith(name, StringComparison.Ordinal)));
        return at < 0 ? int.MaxValue : at;
    }

    /// <summary>Words that say something behind a number, up to the next number or mark.</summary>
    private IEnumerable<string> Right(int number, int most)
    {
        for (var i = number + 1; i < _pieces.Count && most > 0 && i <= number + 4; i++)
        {
            if (_pieces[i].IsSpaced || _pieces[i].Number is not null)
            {
                yield break;
            }

            if (!_pieces[i].IsStop)
            {
                most--;
                yield return _pieces[i].Key;
            }
        }
    }

    /// <summary>The word that says something before a number.</summary>
    private string? Left(int number)
    {
        for (var i = number; i > 0 && i > number - 4; i--)
        {
            if (_pieces[i].IsSpaced || _pieces[i - 1].Number is not null)
            {
                return null;
            }

            if (!_pieces[i - 1].IsStop)
            {
                // In "2 hours and 40 minutes" the hours are not the word of 40.
                return i > 1 && _pieces[i - 2].Number is not null && !_pieces[i - 1].IsSpaced ? null : _pieces[i - 1].Key;
            }
        }

        return null;
    }

    private bool Binds(string value, string word) => Places(value).Any(i => Left(i) == word || Right(i, 2).Contains(word));

    private bool Follows(string value, string word) => Places(value).Any(i => Left(i) == word);

    private bool CountsOtherwise(string word) => Enumerable.Range(0, _pieces.Count).Any(i => _pieces[i].Number is not null and not "1"
        && !_pieces[i].IsTied && Right(i, 1).Contains(word));

    private IEnumerable<int> Places(string value) => Enumerable.Range(0, _pieces.Count).Where(i => _pieces[i].Number == value);

    private static bool IsOne(string lower) => lower is "one" or "single" or "eins" or "één" or "uno";

    /// <summary>XVII, xvii: a number to a reader. Not what a language has for words.</summary>
    private static bool IsRoman(Piece piece)
    {
        if (piece.IsStop || piece.Lower.AsSpan().ContainsAnyExcept(Roman))
        {
            return false;
        }

        var (value, text) = (0, "");
        foreach (var c in piece.Lower)
        {
            value += Worth(c);
        }

        for (var i = 0; i + 1 < piece.Lower.Length; i++)
        {
            value -= Worth(piece.Lower[i]) < Worth(piece.Lower[i + 1]) ? 2 * Worth(piece.Lower[i]) : 0;
        }

        foreach (var (worth, mark) in (ReadOnlySpan<(int, string)>)[(1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90,
            "xc"),
            (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")])
        {
            for (; value >= worth; value -= worth)
            {
                text += mark;
            }
        }

        return text == piece.Lower;

        static int Worth(char c) => c switch { 'i' => 1, 'v' => 5, 'x' => 10, 'l' => 50, 'c' => 100, 'd' => 500, _ => 1000 };
    }

    /// <summary>"9.30 am", "9.30 Uhr".</summary>
    [GeneratedRegex(@"^[0-9]{1,2}\.[0-9]{2}\s?([ap]\.?m|uhr|uur|h)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
        | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Hour();

    /// <summary>A word or sign: its stem, or the sign of a currency; whether a mark stands before it.</summary>
    private sealed record Piece(int Start, string Key, string Lower, string? Number, bool IsStop, bool IsSpaced)
    {
        /// <summary>A part of a day or a time.</summary>
        public bool IsTied { get; init; }
    }
}
