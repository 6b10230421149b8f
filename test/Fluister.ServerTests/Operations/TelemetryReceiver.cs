using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Fluister.ServerTests.Operations;

/// <summary>A receiver of OpenTelemetry's protocol over HTTP, with as much of its messages as the tests look at
/// (github.com/open-telemetry/opentelemetry-proto).</summary>
internal sealed class TelemetryReceiver : IAsyncDisposable
{
    private readonly WebApplication _application;

    private TelemetryReceiver(WebApplication application) => _application = application;

    /// <summary>Bodies, by their path.</summary>
    public ConcurrentQueue<(string Path, byte[] Body)> Received { get; } = [];

    /// <summary>Where it listens.</summary>
    public string Url => _application.Urls.Single();

    /// <summary>Everything that came, as text, for those who look for what must not be there.</summary>
    public string AllText => string.Concat(Received.Select(each => Encoding.Latin1.GetString(each.Body)));

    /// <summary>Listens.</summary>
    public static async Task<TelemetryReceiver> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var application = builder.Build();
        var receiver = new TelemetryReceiver(application);
        application.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            receiver.Received.Enqueue((context.Request.Path.Value!, body.ToArray()));
        });
        await application.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    /// <summary>The last value of each metric, by its name and its attributes: a count for histograms.</summary>
    public Dictionary<string, double> Metrics()
    {
        var metrics = new Dictionary<string, double>();
        foreach (var (_, body) in Received.Where(each => each.Path == "/v1/metrics"))
        {
            // ExportMetricsServiceRequest.resource_metrics.scope_metrics.metrics
            foreach (var metric in Fields(body, 1).SelectMany(each => Fields(each, 2)).SelectMany(each => Fields(each, 2)))
            {
                var name = Encoding.UTF8.GetString(Fields(metric, 1).Single());

                // gauge, sum, histogram; their data_points.
                foreach (var (kind, point) in ((int[])[5, 7, 9]).SelectMany(kind =>
                    Fields(metric, kind).SelectMany(each => Fields(each, 1)).Select(point => (kind, point))))
                {
                    var attributes = Fields(point, kind == 9 ? 9 : 7).Select(Attribute).Order(StringComparer.Ordinal);
                    metrics[string.Join(' ', attributes.Prepend(name))] = Value(point, kind);
                }
            }
        }

        return metrics;
    }

    /// <summary>The names of spans.</summary>
    public List<string> Spans() => [.. Received.Where(each => each.Path == "/v1/traces")
        .SelectMany(each => Fields(each.Body, 1)).SelectMany(each => Fields(each, 2)).SelectMany(each => Fields(each, 2))
        .Select(span => Encoding.UTF8.GetString(Fields(span, 5).Single()))];

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    // KeyValue: its key, and an AnyValue that is a string or a number.
    private static string Attribute(byte[] attribute)
    {
        var value = Fields(attribute, 2).Single();
        var text = Fields(value, 1).Select(Encoding.UTF8.GetString).SingleOrDefault() ?? $"{Number(value, 3)}";
        return $"{Encoding.UTF8.GetString(Fields(attribute, 1).Single())}={text}";
    }

    // NumberDataPoint.as_double (4) and as_int (6); HistogramDataPoint.count (4), a fixed64 all three.
    private static double Value(byte[] point, int kind)
    {
        var (four, six) = (Number(point, 4), Number(point, 6));
        return kind == 9 ? four ?? 0 : six ?? BitConverter.Int64BitsToDouble(four ?? 0);
    }

    private static List<byte[]> Fields(byte[] message, int number)
    {
        var (found, input) = (new List<byte[]>(), new CodedInputStream(message));
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == number && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
            {
                found.Add(input.ReadBytes().ToByteArray());
            }
            else
            {
                input.SkipLastField();
            }
        }

        return found;
    }

    private static long? Number(byte[] message, int number)
    {
        var input = new CodedInputStream(message);
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            var kind = WireFormat.GetTagWireType(tag);
            if (WireFormat.GetTagFieldNumber(tag) == number && kind is (WireFormat.WireType.Fixed64 or WireFormat.WireType.Varint))
            {
                return kind == WireFormat.WireType.Fixed64 ? input.ReadSFixed64() : input.ReadInt64();
            }

            input.SkipLastField();
        }

        return null;
    }
}
