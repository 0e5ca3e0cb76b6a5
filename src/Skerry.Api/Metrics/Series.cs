using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Skerry.Api.Metrics;

/// <summary>One series: an instrument with one set of labels.</summary>
/// <param name="name">The instrument's own name.</param>
/// <param name="labels">Its labels.</param>
/// <param name="help">What it measures.</param>
/// <param name="type">What the instrument is: counter, gauge, histogram.</param>
/// <param name="family">Where it stands in Prometheus' text.</param>
/// <param name="isObserved">Whether it is asked for its value, rather than told of changes.</param>
internal sealed class Series(string name, IReadOnlyList<KeyValuePair<string, object?>> labels, string help, string type, MetricFamily family, bool isObserved)
{
    private static readonly double[] Bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly Lock _gate = new();
    private readonly long[] _buckets = new long[Bounds.Length + 1];
    private double _value;
    private long _count;

    public string Help => help;

    public string Type => type;

    public MetricFamily Family => family;

    public bool IsObserved => isObserved;

    /// <summary>Upper bound of what it counts, when it is a histogram's bucket.</summary>
    public double Bound { get; } = labels.FirstOrDefault(label => label.Key == "le").Value switch
    {
        "+Inf" => double.PositiveInfinity,
        string bound when double.TryParse(bound, CultureInfo.InvariantCulture, out var value) => value,
        _ => 0,
    };

    public void Add(double value)
    {
        lock (_gate) _value += value;
    }

    public void Set(double value)
    {
        lock (_gate) _value = value;
    }

    public void Observe(double value)
    {
        var bucket = 0;
        while (bucket < Bounds.Length && value > Bounds[bucket]) bucket++;
        lock (_gate)
        {
            _value += value;
            _count++;
            _buckets[bucket]++;
        }
    }

    /// <summary>As an element of the lists that Consul's agent gives its metrics in.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject { ["Name"] = name };
        lock (_gate)
        {
            if (type == "gauge")
            {
                // JSON has no word for what is not finite.
                json["Value"] = double.IsFinite(_value) ? _value : 0;
            }
            else
            {
                json["Count"] = type == "histogram" ? _count : _value;
                json["Sum"] = _value;
                json["Mean"] = type != "histogram" ? 1 : _count == 0 ? 0 : _value / _count;
            }
        }

        json["Labels"] = new JsonObject(labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)JsonValue.Create(label.Value?.ToString() ?? ""))));
        return json;
    }

    /// <summary>As lines of Prometheus' text.</summary>
    public void Write(StringBuilder text, string name, string labels)
    {
        lock (_gate)
        {
            if (type != "histogram")
            {
                text.Append(CultureInfo.InvariantCulture, $"{name}{(labels.Length > 0 ? $"{{{labels}}}" : "")} {_value}\n");
                return;
            }

            var prefix = labels.Length > 0 ? labels + "," : "";
            long total = 0;
            for (var i = 0; i < _buckets.Length; i++)
            {
                total += _buckets[i];
                var bound = i < Bounds.Length ? Bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{prefix}le=\"{bound}\"}} {total}\n");
            }

            var suffix = labels.Length > 0 ? $"{{{labels}}}" : "";
            text.Append(CultureInfo.InvariantCulture, $"{name}_sum{suffix} {_value}\n{name}_count{suffix} {_count}\n");
        }
    }
}
