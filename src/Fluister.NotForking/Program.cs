using Fluister.NotForking.Commands;

namespace Fluister.NotForking;

/// <summary>The program not-fork.</summary>
internal static class Program
{
    private static int Main(string[] arguments) => CommandLine.Run(arguments);
}
