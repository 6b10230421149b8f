using System.Text;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Upstreams;

/// <summary>Makes the checkout in the cache that of one commit, and lists it.</summary>
/// <remarks>What is there already is used only where git finds it unchanged, by content or by inode, times and size.</remarks>
internal sealed class GitCheckout(GitRepository repository)
{
    /// <summary>The files of a commit.</summary>
    public SourceTree Of(string commit)
    {
        var before = Marked();
        if (before != commit || !IsClean(commit))
        {
            var canStay = before is not null && before != commit && IsClean(before) && !ChangesAttributes(before, commit);
            File.Delete(repository.Mark);
            if (!canStay)
            {
                CacheEntry.Delete(repository.Checkout);
                CacheEntry.Delete(repository.Index);
                CacheEntry.Delete(repository.Index + ".lock");
                Directory.CreateDirectory(repository.Checkout);
            }

            repository.InCheckout("read-tree", "--reset", "-u", commit).Output();
            File.WriteAllText(repository.Mark, $"git {commit}\n");
        }

        return List();
    }

    private string? Marked()
    {
        var words = File.Exists(repository.Mark) ? File.ReadAllText(repository.Mark).Trim().Split(' ') : [];
        return words is ["git", var commit] && Directory.Exists(repository.Checkout) &&
            new DirectoryInfo(repository.Checkout).LinkTarget is null && File.Exists(repository.Index) ? commit : null;
    }

    private bool IsClean(string commit) =>
        repository.InCheckout("diff-index", "--quiet", "--ignore-submodules=all", commit, "--").Result().Code == 0;

    /// <summary>Files whose attributes change would have to be written again although they are the same.</summary>
    private bool ChangesAttributes(string before, string after) => repository
        .In("diff-tree", "-r", "-z", "--name-only", before, after).Text().Split('\0')
        .Any(path => path == ".gitattributes" || path.EndsWith("/.gitattributes", StringComparison.Ordinal));

    private SourceTree List()
    {
        var entries = new List<TreeEntry>();
        var output = repository.InCheckout("ls-files", "-s", "-z").Output();
        var names = new UTF8Encoding(false, throwOnInvalidBytes: true);
        for (int start = 0, end; start < output.Length; start = end + 1)
        {
            end = Array.IndexOf(output, (byte)0, start);
            var tab = Array.IndexOf(output, (byte)'\t', start);
            var mode = Encoding.ASCII.GetString(output, start, 6);
            if (mode == "160000")
            {
                continue;
            }

            var path = Name(names, output, tab + 1, end);
            entries.Add(new TreeEntry(
                path, mode == "120000" ? EntryKind.Link : EntryKind.File, mode == "100755", Path.Combine(repository.Checkout, path)));
        }

        return new SourceTree(entries);
    }

    private static string Name(UTF8Encoding names, byte[] bytes, int start, int end)
    {
        try
        {
            return names.GetString(bytes, start, end - start);
        }
        catch (DecoderFallbackException e)
        {
            throw new NotForkException(
                ExitCode.Fetch, $"The name \"{Encoding.Latin1.GetString(bytes, start, end - start)}\" of a file is not UTF-8.", inner: e);
        }
    }
}
