using System.Globalization;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Formats;
using Fluister.Archive.Exports.Output;
using Fluister.Archive.Exports.State;

namespace Fluister.Archive.Exports;

/// <summary>Brings an export up to date: finds what became different in one reading by row, writes that as JSON Lines,
/// and writes the transcripts of the conversations concerned again. The state goes last, so that a run that dies is simply done
/// again.</summary>
internal sealed class DirectoryUpdate : IDisposable
{
    private readonly ConversationArchive _archive;
    private readonly Selection _selection;
    private readonly string _folder;
    private readonly ExportOptions _options;
    private readonly CancellationToken _cancel;
    private readonly List<ExportFormat> _transcripts;
    private readonly PartialFolder _partial;
    private readonly StateKeys _keys;
    private readonly StateReader _old;
    private readonly JsonLines _records = new();
    private readonly DirectoryRun _changes;
    private readonly StateRecorder _state;
    private readonly OutputFile? _lines;
    private readonly HashSet<string> _concerned = new(StringComparer.Ordinal);

    // Kept only where media is copied out, to tell whose files may go.
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private long _added;
    private long _edited;
    private long _deleted;

    internal DirectoryUpdate(
        ConversationArchive archive,
        Selection selection,
        IReadOnlyList<ExportFormat> formats,
        string folder,
        ExportOptions options,
        IProgress<ExportProgress>? progress,
        CancellationToken cancel)
    {
        (_archive, _selection, _folder, _options, _cancel) = (archive, selection, Path.GetFullPath(folder), options, cancel);
        _transcripts = [.. formats.Distinct().Where(static f => f != ExportFormat.JsonLines)];
        _keys = new StateKeys(options.StateKey!);
        _old = new StateReader(Path.Combine(_folder, StateFile.Name), _keys);
        if (!string.Equals(_old.Summary.Selection, StateRecorder.Digest(selection), StringComparison.Ordinal))
        {
            Close();
            throw new ArchiveException(
                ArchiveError.Unsupported, $"The export in {folder} was made with other filters; use the same ones, or overwrite it.");
        }

        _partial = new PartialFolder(_folder);
        _changes = new DirectoryRun(archive, selection, [], _partial.Path, options, progress, cancel);
        _state = new StateRecorder(_partial.Path, _keys, _changes.Roster, _records);
        _lines = formats.Contains(ExportFormat.JsonLines) ? _changes.Files.Create(ChangesName()) : null;
    }

    internal ExportReport Run()
    {
        if (_lines is not null)
        {
            JsonLines.WriteHeader(_lines.Writer, _archive.Self, JsonLines.Changes);
        }

        CompareMessages();
        CompareConversations();
        var totals = _changes.Tally.Totals;
        if (_lines is not null)
        {
            JsonLines.WriteEnd(_lines.Writer, totals);
            _changes.Files.Close(_lines);
        }

        _state.Finish(_selection);
        var again = WriteTranscripts(totals);
        _cancel.ThrowIfCancellationRequested();
        Commit();
        var report = _changes.Report;
        return report with
        {
            Messages = _added + _edited,
            Conversations = _concerned.Count,
            Files = report.Files + again.Files,
            Bytes = report.Bytes + again.Bytes,
            Added = _added,
            Edited = _edited,
            Deleted = _deleted,
            MissingMedia = Math.Max(report.MissingMedia, again.MissingMedia),
            DamagedMedia = Math.Max(report.DamagedMedia, again.DamagedMedia),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _state.Dispose();
        _changes.Dispose();
        _partial.Dispose();
        Close();
    }

    private void Close()
    {
        _old.Dispose();
        _keys.Dispose();
    }

    private static string ChangesName() =>
        $"changes-{DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture)}.jsonl";

    // Both sides come by row: one step of a merge per message, and nothing kept.
    private void CompareMessages()
    {
        using var old = _old.Entries().GetEnumerator();
        var more = old.MoveNext();
        var row = long.MinValue;
        foreach (var message in _archive.Read(_selection, MessageOrder.Stored))
        {
            if (message.RowId <= row)
            {
                throw new InvalidOperationException("Messages in stored order must come by ascending row.");
            }

            row = message.RowId;
            var hash = _state.Add(message);
            while (more && old.Current.RowId < row)
            {
                Gone(old.Current);
                more = old.MoveNext();
            }

            var same = more && old.Current.RowId == row && string.Equals(old.Current.Id, message.Id, StringComparison.Ordinal);
            if (!same)
            {
                _added++;
                Changed(message, "{\"change\":\"added\",\"message\":"u8);
            }
            else if (old.Current.Hash != hash)
            {
                _edited++;
                _concerned.Add(_old.Summary.Conversations[old.Current.Conversation].Id);
                Changed(message, "{\"change\":\"edited\",\"message\":"u8);
            }

            if (same)
            {
                more = old.MoveNext();
            }

            _changes.Tally.Count();
        }

        for (; more; more = old.MoveNext())
        {
            Gone(old.Current);
        }

        _changes.Tally.End();
    }

    private void Changed(Message message, ReadOnlySpan<byte> start)
    {
        _concerned.Add(message.ConversationId);
        if (_options.Media)
        {
            _changed.Add(message.Id);
        }

        if (_lines is not null)
        {
            _lines.Writer.Write(start);
            _records.WriteMessage(_lines.Writer, message, _changes.Media);
            _lines.Writer.Write("}\n"u8);
            _changes.Files.Balance();
        }
    }

    private void Gone(in StateEntry entry)
    {
        _deleted++;
        if (_options.KeepDeleted)
        {
            return;
        }

        var conversation = _old.Summary.Conversations[entry.Conversation].Id;
        _concerned.Add(conversation);
        if (_options.Media)
        {
            _changed.Add(entry.Id);
        }

        if (_lines is not null)
        {
            _lines.Writer.Write("{\"change\":\"deleted\",\"message\":{\"id\":"u8);
            JsonText.Write(_lines.Writer, entry.Id);
            _lines.Writer.Write(",\"conversationId\":"u8);
            JsonText.Write(_lines.Writer, conversation);
            _lines.Writer.Write(",\"rowId\":"u8);
            _lines.Writer.WriteNumber(entry.RowId);
            _lines.Writer.Write("}}\n"u8);
        }
    }

    private void CompareConversations()
    {
        var before = _old.Summary.Conversations.DistinctBy(static c => c.Id, StringComparer.Ordinal)
            .ToDictionary(static c => c.Id, StringComparer.Ordinal);
        foreach (var now in _state.Conversations)
        {
            before.Remove(now.Id, out var then);
            if (then is not null && (!string.Equals(then.Stem, now.Stem, StringComparison.Ordinal)
                || !string.Equals(then.Name, now.Name, StringComparison.Ordinal)))
            {
                _concerned.Add(now.Id);
            }

            if (_lines is not null && now.Hash != 0 && now.Hash != then?.Hash)
            {
                _lines.Writer.Write(then is null || then.Hash == 0 ? "{\"change\":\"added\",\"conversation\":"u8
                    : "{\"change\":\"edited\",\"conversation\":"u8);
                _records.WriteConversation(_lines.Writer, _changes.Roster.Find(now.Id));
                _lines.Writer.Write("}\n"u8);
            }
        }

        foreach (var then in before.Values.Where(_ => !_options.KeepDeleted))
        {
            _concerned.Add(then.Id);
            if (_lines is not null && then.Hash != 0)
            {
                _lines.Writer.Write("{\"change\":\"deleted\",\"conversation\":{\"id\":"u8);
                JsonText.Write(_lines.Writer, then.Id);
                _lines.Writer.Write("}}\n"u8);
            }
        }
    }

    private ExportReport WriteTranscripts(in Totals totals)
    {
        if (_transcripts.Count == 0 || _concerned.Count == 0)
        {
            return new ExportReport();
        }

        using var run = new DirectoryRun(_archive, _selection.Copy(_concerned), _transcripts, _partial.Path, _options, null, _cancel);
        if (_options.Media)
        {
            // Files of messages that did not change are there already.
            run.Media.Copy = (message, name, stream) =>
                (!_changed.Contains(message.Id) && File.Exists(Path.Combine(_folder, name))) || run.Files.Copy(name, stream);
        }

        run.Write(null, totals);
        run.WriteIndexes(
            [.. _state.Conversations.Where(static c => c.Messages > 0)
                .Select(static c => new IndexEntry(c.Name, c.Stem, c.Messages, new Timestamp(c.Last)))],
            totals);
        return run.Report;
    }

    private void Commit()
    {
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(_partial.Path, "*", SearchOption.AllDirectories))
        {
            written.Add(Path.GetRelativePath(_partial.Path, path));
        }

        if (_added + _edited + _deleted + _concerned.Count == 0)
        {
            // Nothing to tell but, perhaps, that conversations are in another state: that is told where there are lines.
            written.RemoveWhere(name => name.StartsWith("changes-", StringComparison.Ordinal) && !HasChanges());
        }

        written.Remove(StateFile.Name);
        written.Remove(PartialFolder.LockName);
        foreach (var name in written)
        {
            var target = Path.Combine(_folder, name);
            PrivateFiles.MakeFolder(Path.GetDirectoryName(target)!);
            File.Move(Path.Combine(_partial.Path, name), target, overwrite: true);
        }

        RemoveStale(written);
        foreach (var folder in Directory.EnumerateDirectories(_folder, "*", SearchOption.AllDirectories))
        {
            PrivateFiles.FlushFolder(folder);
        }

        PrivateFiles.FlushFolder(_folder);
        File.Move(Path.Combine(_partial.Path, StateFile.Name), Path.Combine(_folder, StateFile.Name), overwrite: true);
        PrivateFiles.FlushFolder(_folder);
    }

    // Header and end alone say nothing.
    private bool HasChanges() => _lines is not null && File.ReadLines(Path.Combine(_partial.Path, _lines.Name)).Take(3).Count() > 2;

    private void RemoveStale(HashSet<string> written)
    {
        var stems = _state.Conversations.Where(static c => c.Messages > 0).Select(static c => c.Stem).ToHashSet(StringComparer.Ordinal);
        var ids = _state.Conversations.Select(static c => c.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var then in _old.Summary.Conversations.Where(c => !stems.Contains(c.Stem)
            && (!_options.KeepDeleted || ids.Contains(c.Id))))
        {
            var path = Path.Combine(_folder, "conversations", then.Stem);
            foreach (var extension in (ReadOnlySpan<string>)[".md", ".csv", ".txt"])
            {
                File.Delete(path + extension);
            }

            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
        }

        foreach (var now in _state.Conversations.Where(c => c.Messages > 0 && _concerned.Contains(c.Id)))
        {
            var pages = Path.Combine(_folder, "conversations", now.Stem);
            foreach (var page in Directory.Exists(pages) ? Directory.GetFiles(pages, "page-*.html") : [])
            {
                Remove(page, written);
            }
        }

        if (_changed.Count > 0 && !_options.KeepDeleted)
        {
            RemoveMedia(written);
        }
    }

    private void RemoveMedia(HashSet<string> written)
    {
        var prefixes = _changed.Select(static id => Names.Safe(id) + "-")
            .ToHashSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(_folder, "media")))
        {
            // The id ends before the slot: a hyphen, a letter of ours and a digit, or "s-".
            var name = Path.GetFileName(file.AsSpan());
            for (var i = 1; i <= Math.Min(name.Length, Names.MaximumSafe + 1); i++)
            {
                if (name[i - 1] == '-' && prefixes.Contains(name[..i]))
                {
                    Remove(file, written);
                    break;
                }
            }
        }
    }

    private void Remove(string file, HashSet<string> written)
    {
        if (!written.Contains(Path.GetRelativePath(_folder, file)))
        {
            File.Delete(file);
        }
    }
}
