using System.CommandLine;
using System.CommandLine.Invocation;
using Fluister.Server.Operations;

namespace Fluister.Server.Commands;

/// <summary>fluister-server --version: what the program says of its build, a line each.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        var own = ProgramBuild.Own;
        Console.WriteLine($"Version      {own.Version}");
        Console.WriteLine($"Source tree  {own.ToldTree}");
        Console.WriteLine($"Build        {own.ToldBuild}");
        Console.WriteLine($"SDK          {own.Sdk}");
        return ExitCode.Done;
    }
}
