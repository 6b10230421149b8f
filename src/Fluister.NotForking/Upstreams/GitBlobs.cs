using System.Globalization;
using System.Text;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Upstreams;

/// <summary>Trees of many commits side by side: each distinct file is written once, and none is checked out.</summary>
/// <param name="repository">Where the commits are.</param>
/// <param name="folder">A folder for the files, which are named by their ids.</param>
internal sealed class GitBlobs(GitRepository repository, string folder)
{
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    /// <summary>The files of a commit, as a checkout has them.</summary>
    /// <returns>Null: attributes ask for other bytes than the repository's (`ident`, `eol=crlf`, encodings),
    /// which only a checkout gives.</returns>
    public SourceTree? Read(string commit)
    {
        var (entries, attributes) = (new List<(string Mode, string Id, string Path)>(), new List<string>());
        var list = repository.In("ls-tree", "-r", "-z", "--full-tree", commit).Text();
        foreach (var record in list.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var tab = record.IndexOf('\t', StringComparison.Ordinal);
            if (record[..tab].Split(' ') is [var mode, "blob", var id])
            {
                var path = record[(tab + 1)..];
                entries.Add((mode, id, TreePath.Checked(path, new Place(commit), ExitCode.Fetch)));
                if (path.EndsWith(".gitattributes", StringComparison.Ordinal))
                {
                    attributes.Add(id);
                }
            }
        }

        Write(entries);
        return attributes.Exists(id => ChangesBytes(At(id))) ? null : new SourceTree(entries.Select(entry => new TreeEntry(
            entry.Path, entry.Mode == "120000" ? EntryKind.Link : EntryKind.File, entry.Mode == "100755",
            entry.Mode == "120000" ? At(entry.Id) + ".link" : At(entry.Id))));
    }

    private static bool ChangesBytes(string file) => File.ReadLines(file).SelectMany(line => line.Split(' ', '\t')).Any(word =>
        word is "ident" or "crlf" or "eol=crlf" || word.StartsWith("working-tree-encoding=", StringComparison.Ordinal) ||
        word.StartsWith("filter=", StringComparison.Ordinal));

    private string At(string id) => Path.Combine(folder, id[..2], id);

    private void Write(List<(string Mode, string Id, string Path)> entries)
    {
        var missing = entries.Select(entry => entry.Id).Distinct(StringComparer.Ordinal).Where(id => !_written.Contains(id)).ToList();
        if (missing.Count > 0)
        {
            var run = repository.In("cat-file", "--batch");
            using var git = run.Start();
            git.ErrorDataReceived += static (_, _) => { };
            git.BeginErrorReadLine();
            var asking = new Thread(() =>
            {
                try
                {
                    foreach (var id in missing)
                    {
                        git.StandardInput.Write(id + "\n");
                    }

                    git.StandardInput.Close();
                }
                catch (IOException)
                {
                    // git ended: whoever reads from it tells why.
                }
            });
            asking.Start();
            using var output = new BufferedStream(git.StandardOutput.BaseStream, 1 << 20);
            foreach (var id in missing)
            {
                var words = Line(output).Split(' ');
                if (words is not [_, "blob", var size])
                {
                    git.Kill();
                    throw run.Failure($"has no file {id}");
                }

                Directory.CreateDirectory(Path.Combine(folder, id[..2]));
                using (var file = File.Create(At(id)))
                {
                    Copy(output, file, long.Parse(size, CultureInfo.InvariantCulture));
                }

                output.ReadByte();
                _written.Add(id);
            }

            asking.Join();
            git.WaitForExit();
        }

        foreach (var link in entries.Where(entry => entry.Mode == "120000").Select(entry => At(entry.Id)).Distinct(StringComparer.Ordinal))
        {
            if (new FileInfo(link + ".link").LinkTarget is null)
            {
                File.CreateSymbolicLink(link + ".link", File.ReadAllText(link));
            }
        }
    }

    private static string Line(Stream stream)
    {
        var line = new StringBuilder();
        for (var next = stream.ReadByte(); next is not (-1 or '\n'); next = stream.ReadByte())
        {
            line.Append((char)next);
        }

        return line.ToString();
    }

    private static void Copy(Stream from, Stream to, long count)
    {
        var buffer = new byte[(int)Math.Min(count, 1 << 16)];
        while (count > 0)
        {
            var read = from.Read(buffer, 0, (int)Math.Min(count, buffer.Length));
            if (read == 0)
            {
                throw new NotForkException(ExitCode.Fetch, "git ended in the middle of a file.");
            }

            to.Write(buffer, 0, read);
            count -= read;
        }
    }
}
