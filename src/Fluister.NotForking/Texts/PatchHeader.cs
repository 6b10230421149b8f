namespace Fluister.NotForking.Texts;

/// <summary>Collects the header lines of one file in a patch.</summary>
internal sealed class PatchHeader(int? strip)
{
    private (string? Name, bool IsMissing) _minus;
    private (string? Name, bool IsMissing) _other;
    private string? _index;
    private Place? _place;
    private bool _isGit;
    private bool _isExtended;
    private bool _isMove;
    private bool _creates;
    private bool _deletes;
    private int? _mode;

    /// <summary>Whether any line of it was seen: hunks without one belong to no file.</summary>
    public bool IsThere => _place is not null;

    /// <summary>Whether it says something also without hunks: git's modes, names and empty files.</summary>
    public bool IsExtended => _isExtended;

    /// <summary>Takes a line.</summary>
    /// <exception cref="NotForkException">It says what no patch here can do.</exception>
    public void Take(string line, Place place)
    {
        if (line.StartsWith("--- ", StringComparison.Ordinal))
        {
            _minus = PatchName.Read(line[4..], strip, place);
        }
        else if (line.StartsWith("+++ ", StringComparison.Ordinal) || line.StartsWith("*** ", StringComparison.Ordinal))
        {
            _other = PatchName.Read(line[4..], strip, place);
        }
        else if (line.StartsWith("Index:", StringComparison.Ordinal))
        {
            _index = PatchName.Read(line[6..], strip, place).Name;
        }
        else if (line.StartsWith("diff --git ", StringComparison.Ordinal))
        {
            _isGit = true;
            (_minus.Name, _other.Name) = GitNames(line[11..], place);
        }
        else if (!_isGit || !TakeExtended(line, place))
        {
            return;
        }

        _place ??= place;
    }

    /// <summary>What it says, with hunks.</summary>
    public FilePatch Finish(IReadOnlyList<Hunk> hunks, Place place, bool isUnified)
    {
        // Unified: "---" old, "+++" new. Context: "***" old, "---" new. A git header alone: as it names them.
        var (old, @new) = isUnified || hunks.Count == 0 ? (_minus, _other) : (_other, _minus);
        return new FilePatch(_place ?? place, old.Name, @new.Name, _index, hunks)
        {
            OldIsMissing = _creates ? 2 : hunks is [{ OldStart: 0 }, ..] ? old.IsMissing ? 2 : 1 : 0,
            NewIsMissing = _deletes ? 2 : hunks is [{ NewStart: 0 }, ..] ? @new.IsMissing ? 2 : 1 : 0,
            IsGit = _isGit,
            IsMove = _isMove,
            Mode = _mode,
        };
    }

    private bool TakeExtended(string line, Place place)
    {
        if (line.StartsWith("GIT binary patch", StringComparison.Ordinal))
        {
            throw new NotForkException(ExitCode.Configuration, "A binary patch is not read; use `replace` with the new file.", place);
        }

        var isMode = line.StartsWith("new mode ", StringComparison.Ordinal);
        var creates = line.StartsWith("new file mode ", StringComparison.Ordinal);
        var deletes = line.StartsWith("deleted file mode ", StringComparison.Ordinal);
        var moves = line.StartsWith("rename ", StringComparison.Ordinal) || line.StartsWith("copy ", StringComparison.Ordinal);
        if (!(isMode || creates || deletes || moves || line.StartsWith("old mode ", StringComparison.Ordinal)))
        {
            return false;
        }

        (_creates, _deletes, _isMove, _isExtended) = (_creates || creates, _deletes || deletes, _isMove || moves, true);
        if (isMode || creates)
        {
            var digits = line[(line.LastIndexOf(' ') + 1)..];
            _mode = digits.Length == 6 && digits.AsSpan().IndexOfAnyExceptInRange('0', '7') < 0
                ? Convert.ToInt32(digits, 8)
                : throw new NotForkException(ExitCode.Configuration, $"\"{digits}\" is not a mode.", place);
        }

        return true;
    }

    private (string? Old, string? New) GitNames(string text, Place place)
    {
        var names = new List<string>();
        while (names.Count < 2 && (text = text.TrimStart(' ')).Length > 0)
        {
            var length = text.IndexOf(' ', StringComparison.Ordinal);
            length = length < 0 ? text.Length : length;
            var name = text[0] == '"' ? PatchName.Unquoted(text, out length) : text[..length];
            if (name is null)
            {
                break;
            }

            names.Add(name);
            text = text[length..];
        }

        return names.Count == 2 && text.Trim().Length == 0
            ? (PatchName.Stripped(names[0], strip, place), PatchName.Stripped(names[1], strip, place)) : (null, null);
    }
}
