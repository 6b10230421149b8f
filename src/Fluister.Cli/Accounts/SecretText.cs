namespace Fluister.Cli.Accounts;

/// <summary>Text that others must not see: given as an argument where the person takes the risk, or asked for.</summary>
internal static class SecretText
{
    /// <summary>The text; "-" asks for it on the terminal, or reads a line of standard input.</summary>
    public static string Read(string given, string question)
    {
        if (given != "-")
        {
            return given.Trim();
        }

        using var typed = Prompt.Secret(question);
        return System.Text.Encoding.UTF8.GetString(typed.Reveal()).Trim();
    }
}
