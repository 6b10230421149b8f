using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Fluister.Engines.Native;

/// <summary>What llama.cpp says of its own accord. Of this only the last error is kept, to explain why a model would not load.</summary>
internal static unsafe class LlamaLog
{
    private const int Error = 4;
    private const int Info = 2;
    private const int LongestText = 200;

    private static readonly Lock Gate = new();
    private static string s_lastError = "";
    private static Action<string>? s_watcher;

    public static void Attach()
    {
        Llama.SetLog(&Write, null);
        Llama.SetGgmlLog(&Write, null);
    }

    /// <summary>Forgets the errors so far.</summary>
    public static void Clear()
    {
        lock (Gate)
        {
            s_lastError = "";
        }
    }

    /// <summary>The last error since <see cref="Clear"/>, in one line; "" for none.</summary>
    public static string LastError
    {
        get
        {
            lock (Gate)
            {
                return s_lastError;
            }
        }
    }

    /// <summary>Gets every line of information; null for nobody. It must not throw.</summary>
    public static void Watch(Action<string>? watcher) => Volatile.Write(ref s_watcher, watcher);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Write(int level, byte* text, void* data)
    {
        if (level == Info && Volatile.Read(ref s_watcher) is { } watcher)
        {
            watcher(Marshal.PtrToStringUTF8((nint)text) ?? "");
        }
        else if (level == Error)
        {
            var line = Line(Marshal.PtrToStringUTF8((nint)text) ?? "");
            lock (Gate)
            {
                // What comes first says the cause, what follows that there was one.
                s_lastError = s_lastError.Length == 0 ? line : s_lastError;
            }
        }
    }

    /// <summary>Without the name of the function that says it, and without what a terminal could take amiss.</summary>
    private static string Line(string text)
    {
        var start = text.IndexOf(": ", StringComparison.Ordinal) is var colon and > 0 && !text[..colon].Contains(' ') ? colon + 2 : 0;
        var end = Math.Min(text.Length, start + LongestText);
        return new string([.. text[start..end].Select(c => char.IsControl(c) ? ' ' : c)]).Trim();
    }
}
