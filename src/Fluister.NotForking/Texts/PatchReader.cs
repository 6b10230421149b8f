using System.Text.RegularExpressions;

namespace Fluister.NotForking.Texts;

/// <summary>Reads patches: unified, context and normal diffs, with git's headers, among any other text.</summary>
internal sealed partial class PatchReader
{
    private readonly PatchLines _lines;
    private readonly PatchOptions _options;
    private readonly List<FilePatch> _files = [];
    private PatchHeader _header;

    private PatchReader(ReadOnlyMemory<byte> patch, Place first, PatchOptions options)
    {
        (_lines, _options) = (new PatchLines(patch, first), options);
        _header = new PatchHeader(options.Strip);
    }

    /// <summary>Reads a patch.</summary>
    /// <param name="patch">Its bytes.</param>
    /// <param name="first">Where its first line stands.</param>
    /// <param name="options">How.</param>
    /// <exception cref="NotForkException">It is malformed, or nothing but other text.</exception>
    public static IReadOnlyList<FilePatch> Read(ReadOnlyMemory<byte> patch, Place first, PatchOptions options)
    {
        var files = new PatchReader(patch, first, options).Read();
        return files.Count > 0 || patch.Length == 0 ? files : throw new NotForkException(
            ExitCode.Configuration, "There is no patch here, only other text.", first);
    }

    /// <summary>Reads hunks of a unified diff, without headers of files.</summary>
    /// <exception cref="NotForkException">It is malformed, or there is none.</exception>
    public static IReadOnlyList<Hunk> ReadHunks(ReadOnlyMemory<byte> patch, Place first)
    {
        var lines = new PatchLines(patch, first);
        var hunks = new List<Hunk>();
        while (!lines.IsAtEnd && UnifiedHunk.StartsAt(lines.Text))
        {
            hunks.Add(UnifiedHunk.Read(lines));
        }

        return hunks.Count > 0 && lines.IsAtEnd ? hunks : throw new NotForkException(
            ExitCode.Configuration, "A hunk begins with a line \"@@ -L,N +L,N @@\" and has as many lines as that says.", lines.Place);
    }

    [GeneratedRegex(@"^\d+(,\d+)?[acd]\d+(,\d+)?[ \t]*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Command();

    private List<FilePatch> Read()
    {
        while (!_lines.IsAtEnd)
        {
            _lines.StripsReturns = false;
            var text = _lines.Text.TrimEnd('\r');
            var at = _lines.At;
            if (UnifiedHunk.StartsAt(text) && _options.Format is null or 'u')
            {
                ReadHunks(UnifiedHunk.StartsAt, UnifiedHunk.Read, isUnified: true);
            }
            else if (ContextHunk.StartsAt(text) && Follows("*** ") && _options.Format is null or 'c')
            {
                ReadHunks(ContextHunk.StartsAt, ContextHunk.Read, isUnified: false);
            }
            else if (Command().IsMatch(text) && (Follows("< ") || Follows("> ")) && _options.Format is null or 'n' && _header.IsThere)
            {
                ReadHunks(Command().IsMatch, NormalHunk.Read, isUnified: false);
            }
            else
            {
                if (text.StartsWith("diff --git ", StringComparison.Ordinal))
                {
                    EndWithoutHunks();
                }

                _header.Take(text, _lines.Place);
            }

            _lines.At = _lines.At == at ? at + 1 : _lines.At;
        }

        EndWithoutHunks();
        return _files;
    }

    private bool Follows(string start)
    {
        _lines.At++;
        var follows = _lines.Text.StartsWith(start, StringComparison.Ordinal);
        _lines.At--;
        return follows;
    }

    private void ReadHunks(Func<string, bool> starts, Func<PatchLines, Hunk> read, bool isUnified)
    {
        var place = _lines.Place;
        if (!_header.IsThere)
        {
            throw new NotForkException(
                ExitCode.Configuration,
                "This hunk belongs to no file: the header (\"---\", \"+++\") is missing, or other text stands between.", place);
        }

        _lines.StripsReturns = _lines.HasReturn && !_options.Binary;
        var hunks = new List<Hunk>();
        while (!_lines.IsAtEnd && starts(_lines.Text))
        {
            hunks.Add(read(_lines));
        }

        _files.Add(_header.Finish(hunks, place, isUnified));
        _header = new PatchHeader(_options.Strip);
    }

    private void EndWithoutHunks()
    {
        if (_header.IsExtended)
        {
            _files.Add(_header.Finish([], _lines.Place, isUnified: true));
        }

        _header = _header.IsExtended ? new PatchHeader(_options.Strip) : _header;
    }
}
