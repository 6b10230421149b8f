using System.Security.Cryptography;
using System.Text;
using Fluister.Cryptography;

namespace Fluister.Cli;

/// <summary>Asks for secrets: never echoed, never on the command line.</summary>
internal static class Prompt
{
    private const int MaximumLength = 1024;

    /// <summary>One line from the terminal without echo, or from standard input where that is no terminal.</summary>
    public static Secret Secret(string question)
    {
        var typed = new char[MaximumLength];
        var bytes = new byte[MaximumLength * 3];
        try
        {
            var length = Console.IsInputRedirected ? ReadLine(typed) : ReadKeys(question, typed);
            var count = Encoding.UTF8.GetBytes(typed.AsSpan(0, length), bytes);
            return count > 0 ? new Secret(bytes.AsSpan(0, count)) : throw new UsageException($"{question}: nothing was given.");
        }
        finally
        {
            Array.Clear(typed);
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>A new passphrase, typed twice where a person types it.</summary>
    public static Secret NewPassphrase(string question)
    {
        var first = Secret(question);
        if (Console.IsInputRedirected)
        {
            return first;
        }

        using var second = Secret($"{question} (again)");
        if (first.FixedTimeEquals(second))
        {
            return first;
        }

        first.Dispose();
        throw new UsageException("The two passphrases differ.");
    }

    /// <summary>Asks for a yes; no where nobody is at the terminal.</summary>
    public static bool Confirm(string question)
    {
        if (Console.IsInputRedirected || Console.IsErrorRedirected)
        {
            return false;
        }

        Console.Error.Write($"{question} [y/N] ");
        return Console.In.ReadLine()?.Trim().ToUpperInvariant() is "Y" or "YES";
    }

    private static int ReadLine(char[] typed)
    {
        var length = 0;
        for (var c = Console.In.Read(); c is not (-1 or '\n'); c = Console.In.Read())
        {
            if (length == typed.Length)
            {
                throw new UsageException($"The line on standard input is longer than {MaximumLength} characters.");
            }

            typed[length++] = (char)c;
        }

        return length > 0 && typed[length - 1] == '\r' ? length - 1 : length;
    }

    private static int ReadKeys(string question, char[] typed)
    {
        Console.Error.Write($"{question}: ");
        var length = 0;
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter)
            {
                Console.Error.WriteLine();
                return length;
            }

            if (key.Key == ConsoleKey.Backspace)
            {
                length = Math.Max(0, length - 1);
            }
            else if (key.KeyChar != '\0' && length < typed.Length)
            {
                typed[length++] = key.KeyChar;
            }
        }
    }
}
