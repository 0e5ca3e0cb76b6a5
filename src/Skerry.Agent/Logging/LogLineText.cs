using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

using Microsoft.Extensions.Logging;

namespace Skerry.Agent.Logging;

/// <summary>Log lines as text: one line each, whatever they hold.</summary>
internal static class LogLineText
{
    /// <summary>A stranger's bytes may be part of a message: control characters must not reach a terminal, nor a second line.</summary>
    private static readonly SearchValues<char> Controls = SearchValues.Create([.. Enumerable.Range(0, 32).Concat(Enumerable.Range(127, 33)).Select(code => (char)code)]);

    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary><c>2026-11-20T21:04:05.123Z info    gossip   Member a joined.</c></summary>
    public static string Human(LogLine line, bool colours) => string.Create(
        CultureInfo.InvariantCulture,
        $"{line.At.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ} {Colour(line.Level, colours)}{Name(line.Level),-7}{(colours ? "\e[0m" : "")} {line.Part,-11} {OneLine(line.Message)}");

    public static string Json(LogLine line)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonOptions))
        {
            json.WriteStartObject();
            json.WriteString("time", line.At.UtcDateTime);
            json.WriteString("level", Name(line.Level));
            json.WriteString("part", line.Part);
            if (line.Event.Length > 0) json.WriteString("event", line.Event);
            json.WriteString("message", line.Message);
            foreach (var (key, value) in line.Fields)
            {
                if (key == "{OriginalFormat}") continue;
                json.WriteString(JsonNamingPolicy.CamelCase.ConvertName(key), Convert.ToString(value, CultureInfo.InvariantCulture));
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        _ => "error",
    };

    private static string Colour(LogLevel level, bool colours) => !colours ? "" : level switch
    {
        LogLevel.Trace or LogLevel.Debug => "\e[90m",
        LogLevel.Information => "\e[32m",
        LogLevel.Warning => "\e[33m",
        _ => "\e[31m",
    };

    private static string OneLine(string text) =>
        text.AsSpan().ContainsAny(Controls) ? string.Concat(text.Select(letter => Controls.Contains(letter) ? (letter == '\n' ? ' ' : '\uFFFD') : letter)) : text;
}
