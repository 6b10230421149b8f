using System.Collections;
using System.Runtime.InteropServices;
using System.Text;

namespace Fluister.Engines.Sandbox;

/// <summary>The program that `fluister sandbox` becomes.</summary>
internal sealed class ProgramImage
{
    private readonly nint[] _arguments;
    private readonly nint[] _environment;

    public ProgramImage(ReadOnlySpan<string> command)
    {
        Path = command[0];
        Address = Hide(Encoding.UTF8.GetBytes(Path + '\0'));
        _arguments = [.. command.ToArray().Select(Marshal.StringToCoTaskMemUTF8), 0];
        // The runtime's settings are for fluister alone.
        var isOurs = File.ReadAllText("/proc/self/cmdline").Split('\0')[0] == Path;
        _environment =
        [
            .. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
                .Where(entry => isOurs || !((string)entry.Key).StartsWith("DOTNET_", StringComparison.OrdinalIgnoreCase))
                .Select(entry => Marshal.StringToCoTaskMemUTF8($"{entry.Key}={entry.Value}")),
            0,
        ];
    }

    public string Path { get; }

    /// <summary>Where the path lies.</summary>
    public nint Address { get; }

    /// <summary>Puts the path where nobody guesses: at an address of 46 random bits, as far as the system takes the hint.</summary>
    /// <remarks>The filter of system calls lets an execve pass that names this address. The program comes into new memory, and a guess
    /// costs a system call.</remarks>
    private static unsafe nint Hide(ReadOnlySpan<byte> path)
    {
        const int ReadWrite = 3, PrivateAnonymous = 0x22, Page = 65536;
        // Not .NET's generator, which would load OpenSSL first.
        var isRandom = Linux.Random(out var bits, sizeof(ulong), 0) == sizeof(ulong);
        var map = Linux.Map((nint)(bits & 0x3FFFFFFF0000), path.Length + Page, ReadWrite, PrivateAnonymous, -1, 0);
        if (!isRandom || map == -1)
        {
            throw new EngineException(EngineError.OutOfMemory, "There is no memory left to start an engine; end other programs.");
        }

        var address = map + (nint)(bits % Page);
        path.CopyTo(new Span<byte>((void*)address, path.Length));
        return address;
    }

    /// <summary>Returns only when it fails, with the reason.</summary>
    public string Become()
    {
        // The runtime ignores it; another program may count on it.
        Linux.SetHandler(Linux.PipeSignal, 0);
        Linux.Execute(Address, _arguments, _environment);
        return Linux.LastError;
    }
}
