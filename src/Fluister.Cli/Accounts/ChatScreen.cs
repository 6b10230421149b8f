using System.Text;
using System.Threading.Channels;

namespace Fluister.Cli.Accounts;

/// <summary>The two halves of a terminal conversation: lines that are typed, and lines that appear above them. Without a terminal, standard
/// input and output line by line.</summary>
internal sealed class ChatScreen
{
    private const string Prompt = "> ";
    private const int LongestLine = 16 * 1024;

    private readonly bool _isTerminal = !Console.IsInputRedirected && !Console.IsOutputRedirected;
    private readonly Lock _gate = new();
    private readonly StringBuilder _typed = new();
    private readonly Channel<string?> _lines = Channel.CreateBounded<string?>(16);
    private Action<bool> _typing = _ => { };
    private int _rows;

    /// <summary>Typed lines; completed where the input ends.</summary>
    public ChannelReader<string?> Lines => _lines.Reader;

    /// <summary>Begins to read, beside everything else: reading from a terminal cannot be broken off.</summary>
    /// <param name="typing">Told when somebody begins to type, and when what was typed is gone again; on a terminal only.</param>
    public void Start(Action<bool> typing)
    {
        _typing = typing;
        Draw();
        _ = Task.Run(ReadAsync);
    }

    /// <summary>Lets a line appear above what is being typed.</summary>
    public void Write(string line)
    {
        lock (_gate)
        {
            Erase();
            Console.Out.WriteLine(line);
            Console.Out.Flush();
            Draw();
        }
    }

    /// <summary>Takes the prompt away.</summary>
    public void End()
    {
        lock (_gate)
        {
            Erase();
            Console.Out.Flush();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while ((_isTerminal ? ReadTyped() : await Console.In.ReadLineAsync().ConfigureAwait(false)) is { } line)
            {
                await _lines.Writer.WriteAsync(line).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is ChannelClosedException or IOException)
        {
            // The conversation is over.
        }

        _lines.Writer.TryComplete();
    }

    /// <summary>A line with the simplest editing: letters, backspace, Ctrl-U; null for Ctrl-D on an empty line.</summary>
    private string? ReadTyped()
    {
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            lock (_gate)
            {
                var before = _typed.Length;
                if (key.Key == ConsoleKey.Enter)
                {
                    var line = _typed.ToString();
                    Erase();
                    _typed.Clear();
                    Draw();
                    return line;
                }

                if (key is { Key: ConsoleKey.D, Modifiers: ConsoleModifiers.Control } && before == 0)
                {
                    return null;
                }

                Erase();
                Change(key);
                Draw();
                if (before == 0 != (_typed.Length == 0))
                {
                    _typing(_typed.Length > 0);
                }
            }
        }
    }

    private void Change(ConsoleKeyInfo key)
    {
        if (key is { Key: ConsoleKey.U, Modifiers: ConsoleModifiers.Control })
        {
            _typed.Clear();
        }
        else if (key.Key == ConsoleKey.Backspace && _typed.Length > 0)
        {
            _typed.Length -= _typed.Length > 1 && char.IsLowSurrogate(_typed[^1]) ? 2 : 1;
        }
        else if (!char.IsControl(key.KeyChar) && _typed.Length < LongestLine)
        {
            _typed.Append(key.KeyChar);
        }
    }

    private void Erase()
    {
        if (_isTerminal)
        {
            Console.Out.Write(_rows > 1 ? $"\u001b[{_rows - 1}A\r\u001b[J" : "\r\u001b[J");
        }
    }

    private void Draw()
    {
        if (_isTerminal)
        {
            var shown = Prompt + Terminal.Clean(_typed.ToString());
            _rows = Math.Max(1, Terminal.Rows(shown + "\n", Math.Max(20, Console.WindowWidth)));
            Console.Out.Write(shown);
            Console.Out.Flush();
        }
    }
}
