using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Fluister.Server.Operations;

/// <summary>Sends what is measured to a receiver of OpenTelemetry's protocol (OTLP over HTTP, opentelemetry.io/docs/specs/otlp), for as
/// long as it lives. Nothing of this is made where the settings name no receiver.</summary>
internal sealed class TelemetryExport : IDisposable
{
    private readonly MeterProvider? _metrics;
    private readonly TracerProvider? _traces;
    private readonly ServerGauges _gauges;

    private TelemetryExport(Uri receiver, double traceShare, ServerGauges gauges)
    {
        _gauges = gauges;

        // Not the default: that one tells the machine's and the process's names.
        var resource = ResourceBuilder.CreateEmpty().AddService(
            "fluister-server", serviceVersion: typeof(TelemetryExport).Assembly.GetName().Version?.ToString(3),
            autoGenerateServiceInstanceId: false);
        _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(Telemetry.Name)
            .AddOtlpExporter((exporter, reader) =>
            {
                Set(exporter, receiver, "v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds =
                    (int)ServerLimits.TelemetryInterval.TotalMilliseconds;
            })
            .Build();
        _traces = traceShare == 0 ? null : Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Telemetry.Name)
            .SetSampler(new TraceIdRatioBasedSampler(traceShare))
            .AddOtlpExporter(exporter => Set(exporter, receiver, "v1/traces"))
            .Build();
    }

    /// <summary>Begins to send, where the settings say where to.</summary>
    public static TelemetryExport? Start(ServerOptions options, HomeServer server, DataFolder folder) =>
        options.Telemetry is { } receiver
            ? new TelemetryExport(new Uri(receiver), options.TraceShare, new ServerGauges(server, folder))
            : null;

    /// <summary>Sends what is left.</summary>
    public void Dispose()
    {
        _metrics?.Dispose();
        _traces?.Dispose();
        _gauges.Dispose();
    }

    private static void Set(OtlpExporterOptions exporter, Uri receiver, string path)
    {
        exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = new Uri($"{receiver.AbsoluteUri.TrimEnd('/')}/{path}");
        exporter.TimeoutMilliseconds = (int)ServerLimits.TelemetryPatience.TotalMilliseconds;
    }
}
