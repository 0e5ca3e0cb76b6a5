using System.Globalization;
using System.Text.RegularExpressions;

namespace Skerry.Api.Tests;

/// <summary>Reads Prometheus' text format 0.0.4 as strictly as its documentation, and fails a test at the first line that is none.</summary>
internal static partial class PrometheusText
{
    public static Dictionary<string, Family> Parse(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var families = new Dictionary<string, Family>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Family? current = null;
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            if (Header().Match(line) is { Success: true } header)
            {
                var name = header.Groups["name"].Value;
                if (current?.Name != name)
                {
                    current = new Family(name);
                    Assert.True(families.TryAdd(name, current), $"the lines of {name} do not stand together");
                }

                if (header.Groups["what"].Value == "HELP") continue;
                Assert.Contains(header.Groups["rest"].Value, new[] { "counter", "gauge", "histogram" });
                Assert.Empty(current.Samples);
                current.Type = header.Groups["rest"].Value;
                continue;
            }

            var match = Line().Match(line);
            Assert.True(match.Success, $"no line of the format: {line}");
            var sample = new Sample(match.Groups["name"].Value, match.Groups["labels"].Value, double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture));
            Assert.True(current is not null && current.Owns(sample.Name), $"{sample.Name} stands under {current?.Name}");
            Assert.True(seen.Add(sample.Name + "{" + sample.Labels + "}"), $"twice: {line}");
            current!.Samples.Add(sample);
        }

        Assert.All(families.Values, family => family.CheckHistogram());
        return families;
    }

    [GeneratedRegex(@"^# (?<what>HELP|TYPE) (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<rest>(?:[^\\]|\\\\|\\n)+)$")]
    private static partial Regex Header();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\["\\n])*"(?:,[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\["\\n])*")*)\})? (?<value>-?[0-9.]+(?:E[+-][0-9]+)?|NaN|[+-]Inf)$""")]
    private static partial Regex Line();

    internal sealed record Sample(string Name, string Labels, double Value);

    internal sealed class Family(string name)
    {
        public string Name => name;

        public string Type { get; set; } = "";

        public List<Sample> Samples { get; } = [];

        public bool Owns(string sample) => Type switch
        {
            "" => false,
            "histogram" => sample == name + "_bucket" || sample == name + "_sum" || sample == name + "_count",
            _ => sample == name,
        };

        /// <summary>Buckets grow, and the last holds all.</summary>
        public void CheckHistogram()
        {
            if (Type != "histogram") return;
            foreach (var series in Samples.Where(sample => sample.Name == name + "_bucket").GroupBy(sample => Bound().Replace(sample.Labels, "")))
            {
                var counts = series.Select(sample => sample.Value).ToArray();
                Assert.Equal(counts.Order(), counts);
                Assert.Contains("le=\"+Inf\"", series.Last().Labels, StringComparison.Ordinal);
                Assert.Equal(counts[^1], Samples.Single(sample => sample.Name == name + "_count" && sample.Labels == series.Key).Value);
            }
        }
    }

    [GeneratedRegex(",?le=\"[^\"]*\"$")]
    private static partial Regex Bound();
}
