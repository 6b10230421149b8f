namespace Fluister.Cli.Accounts;

/// <summary>An invite as people get it: its link, or a text with the link in it, such as what the server prints.</summary>
internal static class InviteText
{
    private const string Scheme = "fluister://";
    private const int MaximumText = 16 * 1024;

    /// <summary>The link; "-" asks for it on the terminal, or looks for it in standard input.</summary>
    public static string Read(string given)
    {
        if (given != "-" || !Console.IsInputRedirected)
        {
            return SecretText.Read(given, "The invite's link");
        }

        var text = new char[MaximumText];
        var length = Console.In.ReadBlock(text, 0, text.Length);
        return Find(new string(text, 0, length)) ?? throw new UsageException(
            "There is no invite's link (fluister://...) on standard input. Who runs the server makes one: fluister-server invite create.");
    }

    /// <summary>The first link in a text; null where there is none.</summary>
    internal static string? Find(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        .FirstOrDefault(word => word.StartsWith(Scheme, StringComparison.Ordinal));
}
