namespace Fluister.Summaries.Language;

/// <summary>M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, with the departures that its author published later:
/// "bli" for "abli" and "logi" to "log" in step 2, and words of one or two letters stay as they are.</summary>
/// <remarks>Takes lower-case ASCII words; anything else comes back unchanged.</remarks>
internal static class Porter
{
    private static readonly (string Suffix, string Into)[] Step2 =
    [
        ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("bli", "ble"), ("alli", "al"),
        ("entli", "ent"), ("eli", "e"), ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"),
        ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"), ("logi", "log"),
    ];

    private static readonly (string Suffix, string Into)[] Step3 =
    [
        ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", ""),
    ];

    private static readonly string[] Step4 =
    [
        "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate", "iti", "ous", "ive",
            "ize",
    ];

    /// <summary>The stem.</summary>
    public static string Stem(string word)
    {
        if (word.Length <= 2 || word.Length > 64 || word.AsSpan().ContainsAnyExceptInRange('a', 'z'))
        {
            return word;
        }

        var b = new char[word.Length + 1];
        word.CopyTo(b);
        var n = word.Length;
        n = Plurals(b, n);
        n = PastAndGerund(b, n);
        if (b[n - 1] == 'y' && HasVowel(b, n - 1))
        {
            b[n - 1] = 'i';
        }

        n = Longest(b, n, Step2);
        n = Longest(b, n, Step3);
        n = Residue(b, n);
        if (b[n - 1] == 'e')
        {
            var m = Measure(b, n - 1);
            if (m > 1 || (m == 1 && !IsShort(b, n - 1)))
            {
                n--;
            }
        }

        if (n > 1 && b[n - 1] == 'l' && b[n - 2] == 'l' && Measure(b, n - 1) > 1)
        {
            n--;
        }

        return n == word.Length && word.AsSpan().SequenceEqual(b.AsSpan(0, n)) ? word : new string(b, 0, n);
    }

    private static int Plurals(char[] b, int n)
    {
        if (b[n - 1] != 's')
        {
            return n;
        }

        if (Ends(b, n, "sses") || Ends(b, n, "ies"))
        {
            return n - 2;
        }

        return Ends(b, n, "ss") ? n : n - 1;
    }

    private static int PastAndGerund(char[] b, int n)
    {
        if (Ends(b, n, "eed"))
        {
            return Measure(b, n - 3) > 0 ? n - 1 : n;
        }

        var cut = Ends(b, n, "ed") ? 2 : Ends(b, n, "ing") ? 3 : 0;
        if (cut == 0 || !HasVowel(b, n - cut))
        {
            return n;
        }

        n -= cut;
        if (Ends(b, n, "at") || Ends(b, n, "bl") || Ends(b, n, "iz"))
        {
            b[n] = 'e';
            return n + 1;
        }

        if (n > 1 && b[n - 1] == b[n - 2] && IsConsonant(b, n - 1))
        {
            return b[n - 1] is 'l' or 's' or 'z' ? n : n - 1;
        }

        if (Measure(b, n) == 1 && IsShort(b, n))
        {
            b[n] = 'e';
            return n + 1;
        }

        return n;
    }

    /// <summary>Steps 2 and 3: the longest suffix that fits decides, and is replaced where something is left before it.</summary>
    private static int Longest(char[] b, int n, (string Suffix, string Into)[] rules)
    {
        var best = -1;
        for (var i = 0; i < rules.Length; i++)
        {
            if (Ends(b, n, rules[i].Suffix) && (best < 0 || rules[i].Suffix.Length > rules[best].Suffix.Length))
            {
                best = i;
            }
        }

        if (best < 0 || Measure(b, n - rules[best].Suffix.Length) == 0)
        {
            return n;
        }

        n -= rules[best].Suffix.Length;
        rules[best].Into.CopyTo(0, b, n, rules[best].Into.Length);
        return n + rules[best].Into.Length;
    }

    private static int Residue(char[] b, int n)
    {
        var length = 0;
        foreach (var suffix in Step4)
        {
            if (suffix.Length > length && Ends(b, n, suffix))
            {
                length = suffix.Length;
            }
        }

        if (length == 0 || Measure(b, n - length) < 2)
        {
            return n;
        }

        return Ends(b, n, "ion") && b[n - 4] is not ('s' or 't') ? n : n - length;
    }

    private static bool Ends(char[] b, int n, string suffix) => n > suffix.Length && b.AsSpan(n - suffix.Length, suffix.Length)
        .SequenceEqual(suffix);

    private static bool IsConsonant(char[] b, int i) => b[i] switch
    {
        'a' or 'e' or 'i' or 'o' or 'u' => false,
        'y' => i == 0 || !IsConsonant(b, i - 1),
        _ => true,
    };

    /// <summary>m in [C](VC)^m[V] of the first n letters.</summary>
    private static int Measure(char[] b, int n)
    {
        var m = 0;
        var afterVowel = false;
        for (var i = 0; i < n; i++)
        {
            var consonant = b[i] == 'y' ? i == 0 || afterVowel : IsConsonant(b, i);
            if (consonant && afterVowel)
            {
                m++;
            }

            afterVowel = !consonant;
        }

        return m;
    }

    private static bool HasVowel(char[] b, int n)
    {
        for (var i = 0; i < n; i++)
        {
            if (!IsConsonant(b, i))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>*o: ends consonant, vowel, consonant, the last not w, x or y.</summary>
    private static bool IsShort(char[] b, int n) => n >= 3 && IsConsonant(b, n - 1) && !IsConsonant(b, n - 2) && IsConsonant(b, n - 3)
        && b[n - 1] is not ('w' or 'x' or 'y');
}
