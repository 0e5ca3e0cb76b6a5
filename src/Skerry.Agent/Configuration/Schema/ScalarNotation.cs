using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Skerry.Agent.Configuration.Schema;

/// <summary>How values of one type are written and read.</summary>
/// <param name="TypeName">The type in the user's words.</param>
/// <param name="Allowed">What may be written.</param>
internal abstract record ScalarNotation(string TypeName, string Allowed)
{
    /// <summary>Whether a key without a value means the empty value.</summary>
    public virtual bool TakesEmpty => false;

    public abstract bool TryParse(string text, out object? value);

    /// <summary>What a value is called in a message.</summary>
    public virtual string Noun => TypeName;

    /// <summary><c>; did you mean ...?</c>, or nothing.</summary>
    public virtual string Suggest(string text) => "";

    public virtual string Format(object value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    /// <summary>The notation of a type; null when values of that type are no scalars.</summary>
    public static ScalarNotation? For(Type type)
    {
        if (type == typeof(string)) return new Text();
        if (type == typeof(bool)) return new Of<bool>("boolean", "true or false", Boolean);
        if (type == typeof(int)) return new Of<int>("integer", "a whole number", (string text, out int value) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value));
        if (type == typeof(long)) return new Of<long>("integer", "a whole number", (string text, out long value) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value));
        if (type == typeof(double)) return new Of<double>("number", "a number such as 0.5", Number);
        if (type == typeof(TimeSpan)) return new Duration();
        if (type == typeof(IPEndPoint)) return new Of<IPEndPoint>("address", "ADDRESS:PORT such as 127.0.0.1:8080 or '[::1]:8080'", EndPoint);
        if (type == typeof(IPAddress)) return new Of<IPAddress>("IP address", "an IP address such as 10.0.0.1", IPAddress.TryParse);
        if (type == typeof(IPNetwork)) return new Of<IPNetwork>("network", "a network such as 10.0.0.0/8", IPNetwork.TryParse);
        if (type == typeof(Uri)) return new Of<Uri>("URL", "an absolute URL such as http://127.0.0.1:8000/", (string text, out Uri? value) => Uri.TryCreate(text, UriKind.Absolute, out value));
        return type.IsEnum ? new Choice(type) : null;
    }

    private delegate bool Parse<T>(string text, out T? value);

    private static bool Boolean(string text, out bool value)
    {
        value = text == "true";
        return value || text == "false";
    }

    private static bool Number(string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    private static bool EndPoint(string text, out IPEndPoint? value)
    {
        value = null;
        // The framework reads "10.0.0.1" as port 0 and "::1:80" as an address: a port that was not written is an error here.
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || (text.AsSpan(0, colon).Contains(':') && text[colon - 1] != ']')) return false;
        return IPEndPoint.TryParse(text, out value);
    }

    private static string BooleanMeant(string text) => text.ToLowerInvariant() switch
    {
        "yes" or "on" or "y" or "true" or "1" => "; did you mean 'true'?",
        "no" or "off" or "n" or "false" or "0" => "; did you mean 'false'?",
        _ => "",
    };

    private sealed record Of<T>(string TypeName, string Allowed, Parse<T> Parser) : ScalarNotation(TypeName, Allowed)
    {
        public override bool TryParse(string text, out object? value)
        {
            var parsed = Parser(text, out var typed);
            value = typed;
            return parsed;
        }

        public override string Suggest(string text) => typeof(T) == typeof(bool) ? BooleanMeant(text) : "";
    }

    private sealed record Text() : ScalarNotation("string", "text")
    {
        public override bool TryParse(string text, out object? value)
        {
            value = text;
            return true;
        }
    }

    private sealed record Duration() : ScalarNotation("duration", "a duration such as 500ms, 10s, 1m30s or 24h")
    {
        public override bool TryParse(string text, out object? value)
        {
            var parsed = DurationText.TryParse(text, out var duration);
            value = duration;
            return parsed;
        }

        public override string Suggest(string text) => text.Length > 0 && text.All(char.IsAsciiDigit) ? $"; did you mean '{text}s'?" : "";

        public override string Format(object value) => DurationText.Format((TimeSpan)value);
    }

    private sealed record Choice(Type Type) : ScalarNotation("choice", string.Join(", ", Enum.GetNames(Type).Select(JsonNamingPolicy.CamelCase.ConvertName)))
    {
        public override bool TryParse(string text, out object? value)
        {
            var name = Enum.GetNames(Type).FirstOrDefault(name => JsonNamingPolicy.CamelCase.ConvertName(name) == text);
            value = name is null ? null : Enum.Parse(Type, name);
            return name is not null;
        }

        public override string Noun => "known value";

        public override string Suggest(string text) => Spelling.DidYouMean(text, Enum.GetNames(Type).Select(JsonNamingPolicy.CamelCase.ConvertName));

        public override string Format(object value) => JsonNamingPolicy.CamelCase.ConvertName(value.ToString()!);
    }
}
