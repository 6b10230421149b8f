namespace Fluister.NotForking.Texts;

/// <summary>The flags of a part of a Perl pattern: `(?imsxn)`.</summary>
internal record struct PerlFlags(bool IgnoresCase, bool IsMultiline, bool IsSingleLine, bool IsExtended, bool HasNoGroups)
{
    /// <summary>Sets or clears the flag of a letter.</summary>
    /// <returns>Whether there is such a flag.</returns>
    public bool Set(char letter, bool value)
    {
        switch (letter)
        {
            case 'i':
                IgnoresCase = value;
                return true;
            case 'm':
                IsMultiline = value;
                return true;
            case 's':
                IsSingleLine = value;
                return true;
            case 'x':
                IsExtended = value;
                return true;
            case 'n':
                HasNoGroups = value;
                return true;
            default:
                // Classes are ASCII either way; "p" keeps copies that nobody asks for.
                return letter is 'a' or 'd' or 'p';
        }
    }
}
