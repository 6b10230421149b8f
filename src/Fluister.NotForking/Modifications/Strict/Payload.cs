using System.Text;
using Fluister.NotForking.Texts;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>Bytes that an edit brings: "[file|network-file|text|base64|hex] WORD".</summary>
/// <remarks>`file` lies beside the modification, `network-file` beside the network descriptor.</remarks>
internal static class Payload
{
    private static readonly string[] Kinds = ["file", "network-file", "text", "base64", "hex"];

    /// <summary>Whether words are a payload.</summary>
    public static bool Is(IReadOnlyList<Word>? words) => words is [_] || words is [{ IsBare: true } kind, _] && Kinds.Contains(kind.Text);

    /// <summary>The bytes.</summary>
    /// <param name="words">As they stand in the edit.</param>
    /// <param name="otherwise">The kind of a single word.</param>
    /// <param name="folder">Where files lie: beside the modification.</param>
    /// <param name="run">Whence parameters come.</param>
    /// <exception cref="NotForkException">There is no such file, or the word is not what its kind says (configuration).</exception>
    public static byte[] Read(IReadOnlyList<Word> words, string otherwise, string folder, ModificationRun run)
    {
        var (kind, word) = (words.Count == 2 ? words[0].Text : otherwise, words[^1]);
        try
        {
            return kind switch
            {
                "network-file" => FileBytes(run.Parameters.Folder, TreePath.Checked(word.Unicode(run), word.Place), word),
                "text" => Encoding.Latin1.GetBytes(word.Bytes(run)),
                "base64" => Convert.FromBase64String(word.Bytes(run)),
                "hex" => Convert.FromHexString(word.Bytes(run).Trim()),
                _ => FileBytes(folder, TreePath.Checked(word.Unicode(run), word.Place), word),
            };
        }
        catch (FormatException e)
        {
            throw new NotForkException(ExitCode.Configuration, $"The value is not {kind}.", word.Place, e);
        }
    }

    private static byte[] FileBytes(string folder, string path, Word word)
    {
        var file = new FileInfo(Path.Combine(folder, path));
        if (!file.Exists || file.LinkTarget is not null || TreePath.IsBehindLink(folder, path))
        {
            throw new NotForkException(
                ExitCode.Configuration,
                $"There is no file \"{PerlText.Decode(word.Text, word.Place)}\" where it should lie (a link is none).",
                word.Place);
        }

        return file.Length <= Limits.EditedBytes ? File.ReadAllBytes(file.FullName) : throw new NotForkException(
            ExitCode.Configuration, $"The file is longer than {Limits.EditedBytes >> 20} MiB.", word.Place);
    }
}
