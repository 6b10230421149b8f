using System.Globalization;

namespace Fluister.Engines.Sandbox;

/// <summary>What an engine's process may do. What is not said here it may not.</summary>
public sealed record SandboxPolicy
{
    /// <summary>May use the network. Else it gets a network namespace of its own, unless we already are in one without a route.</summary>
    public bool Network { get; init; }

    /// <summary>Goes on where the system cannot shut it in, and says so; the person asked for it. Else that is an error.</summary>
    public bool AllowUnconfined { get; init; }

    /// <summary>Files and folders that may be read; beside these only what any program needs to start. What does not exist is passed
    /// over.</summary>
    public IReadOnlyList<string> ReadOnly { get; init; } = [];

    /// <summary>Folders in which files may be read, made, written and removed, and devices that may be used.</summary>
    /// <remarks>Only with such a folder may it open sockets, and only Unix domain sockets that listen: their file needs a place. Without
    /// one it may open none at all.</remarks>
    public IReadOnlyList<string> Writable { get; init; } = [];

    /// <summary>May start further programs and processes. They are not ended with it.</summary>
    public bool NewPrograms { get; init; }

    /// <summary>Most bytes of memory of its own; files that it maps, such as a model, are not counted.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>The policy as arguments of `fluister sandbox`, one setting each.</summary>
    internal List<string> ToArguments()
    {
        var arguments = new List<string>();
        if (Network)
        {
            arguments.Add("network");
        }

        if (AllowUnconfined)
        {
            arguments.Add("allow-unconfined");
        }

        if (NewPrograms)
        {
            arguments.Add("new-programs");
        }

        if (MemoryLimit is { } bytes)
        {
            arguments.Add(string.Create(CultureInfo.InvariantCulture, $"memory={bytes}"));
        }

        foreach (var path in ReadOnly)
        {
            arguments.Add($"read={path}");
        }

        foreach (var path in Writable)
        {
            arguments.Add($"write={path}");
        }

        return arguments;
    }

    /// <summary>Reads what <see cref="ToArguments"/> wrote.</summary>
    /// <exception cref="FormatException">It did not write this.</exception>
    internal static SandboxPolicy Parse(ReadOnlySpan<string> arguments)
    {
        var policy = new SandboxPolicy();
        List<string> readOnly = [], writable = [];
        foreach (var argument in arguments)
        {
            var split = argument.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = split < 0 ? (argument, "") : (argument[..split], argument[(split + 1)..]);
            switch (name)
            {
                case "network":
                    policy = policy with { Network = true };
                    break;
                case "allow-unconfined":
                    policy = policy with { AllowUnconfined = true };
                    break;
                case "new-programs":
                    policy = policy with { NewPrograms = true };
                    break;
                case "memory":
                    policy = policy with { MemoryLimit = long.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture) };
                    break;
                case "read":
                    readOnly.Add(value);
                    break;
                case "write":
                    writable.Add(value);
                    break;
                default:
                    throw new FormatException("This is no setting of a sandbox.");
            }
        }

        return policy with { ReadOnly = readOnly, Writable = writable };
    }
}
