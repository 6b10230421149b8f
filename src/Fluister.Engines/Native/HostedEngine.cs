using System.Globalization;
using System.Text.RegularExpressions;

namespace Fluister.Engines.Native;

/// <summary>What the child has loaded.</summary>
internal sealed partial class HostedEngine(Answers answers) : IDisposable
{
    private const int LongestMatch = 1000; // milliseconds

    private LlamaLibrary? _library;
    private NativeModel? _model;

    /// <summary>Does it, and returns the last answer.</summary>
    /// <exception cref="EngineException">It could not be done.</exception>
    public EngineEvent Do(EngineRequest request) => request switch
    {
        EngineRequest.Open open => Open(open),
        EngineRequest.Load load => Load(load),
        EngineRequest.Count count => new EngineEvent.Counted(count.Id, Model.Tokens(count.System, count.User).Count),
        EngineRequest.Complete complete => Complete(complete),
        EngineRequest.Quantize quantize => Quantize(quantize),
        _ => throw OutOfTurn(),
    };

    public void Dispose() => _model?.Dispose();

    private LlamaLibrary Library => _library ?? throw OutOfTurn();

    private NativeModel Model => _model ?? throw OutOfTurn();

    private EngineEvent.Opened Open(EngineRequest.Open request)
    {
        _library = LlamaLibrary.Load(request.Libraries, request.AllowOther);
        return new EngineEvent.Opened(
            request.Id, _library.Version, _library.Files.Platform, _library.Processor, _library.Files.Count);
    }

    private EngineEvent.Loaded Load(EngineRequest.Load request)
    {
        if (_model is not null)
        {
            throw OutOfTurn();
        }

        _model = new NativeModel(Library, request);
        var threads = ThreadChoice.Measure(_model, request.Threads, request.MostThreads);
        return new EngineEvent.Loaded(request.Id, _model.Name, _model.Template, _model.ContextTokens,
            Math.Max(threads.Generation, threads.Prompt), threads.PromptSpeed, threads.GenerationSpeed);
    }

    private EngineEvent Complete(EngineRequest.Complete request) =>
        (EngineEvent?)Model.Complete(request, piece => answers.Write(new EngineEvent.Text(request.Id, piece)))
        ?? new EngineEvent.Failed(request.Id, null, "");

    private unsafe EngineEvent.Done Quantize(EngineRequest.Quantize request)
    {
        _ = Library;
        var parameters = Llama.DefaultQuantizeParameters();
        parameters.Threads = request.Threads;
        parameters.Type = request.Type;
        LlamaLog.Clear();
        LlamaLog.Watch(line =>
        {
            WorkGate.Step();
            if (TensorLine().Match(line) is { Success: true } match)
            {
                var done = double.Parse(match.Groups["done"].ValueSpan, CultureInfo.InvariantCulture);
                var all = double.Parse(match.Groups["all"].ValueSpan, CultureInfo.InvariantCulture);
                answers.Report(request.Id, done / all);
            }
        });
        try
        {
            if (Llama.Quantize(request.Model, request.Output, &parameters) != 0)
            {
                throw new EngineException(EngineError.BadModel, $"llama.cpp could not quantize {request.Model}"
                    + (LlamaLog.LastError is { Length: > 0 } why ? $": {why.TrimEnd('.')}." : "."));
            }
        }
        finally
        {
            LlamaLog.Watch(null);
        }

        return new EngineEvent.Done(request.Id);
    }

    private static EngineException OutOfTurn() => new(EngineError.Protocol, "The engine was asked for something out of turn.");

    // "[  12/ 291]", before each tensor.
    [GeneratedRegex(@"^\[\s*(?<done>\d{1,6})/\s*(?<all>\d{1,6})\]", RegexOptions.None, LongestMatch)]
    private static partial Regex TensorLine();
}
