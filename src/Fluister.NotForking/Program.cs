using Fluister.NotForking.Trees;
using Fluister.NotForking.Upstreams;

namespace Fluister.NotForking;

/// <summary>The program not-fork.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        try
        {
            if (arguments is ["build", ..])
            {
                return new System.CommandLine.RootCommand { Commands.BuildCommand.Create() }.Parse(arguments)
                    .Invoke(new System.CommandLine.InvocationConfiguration { EnableDefaultExceptionHandler = false });
            }

            var cache = new UpstreamOptions(Path.GetFullPath("cache"), IsOffline: false, IsUpdating: true, Mirrors: []);
            using var tree = MassagedTree.Build(new TreeRequest("not-fork.d", arguments[0], cache));
            new Output("sources", tree.Recipe.Name).Install(tree.Workspace.Result);
            return (int)ExitCode.Done;
        }
        catch (NotForkException e)
        {
            Console.Error.WriteLine($"not-fork: {e.Line}");
            return (int)e.Code;
        }
    }
}
