using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace Skerry.Agent.Configuration.Schema;

/// <summary>One key that a user can write.</summary>
/// <param name="Name">As written: <c>encryptKeys</c>.</param>
/// <param name="Property">The option it fills.</param>
/// <param name="Shape">What its value looks like.</param>
/// <param name="Description">What it means, for the reference.</param>
/// <param name="IsRequired">There is no default.</param>
/// <param name="IsReloadable">Takes effect when the file changes.</param>
/// <param name="IsSecret">Is never printed.</param>
/// <param name="Rules">What its value must satisfy beyond its type.</param>
internal sealed record SchemaKey(
    string Name,
    PropertyInfo Property,
    Shape Shape,
    string Description,
    bool IsRequired,
    bool IsReloadable,
    bool IsSecret,
    IReadOnlyList<ValidationAttribute> Rules)
{
    /// <summary>What the rules allow, in words; empty when anything of the type goes.</summary>
    public string Range => string.Join(", ", Rules.Select(rule => rule switch
    {
        RangeAttribute range => Bounds(range),
        RegularExpressionAttribute { ErrorMessage: { } words } => words,
        RegularExpressionAttribute pattern => "matching " + pattern.Pattern,
        StringLengthAttribute length => $"at most {length.MaximumLength} characters",
        _ => rule.FormatErrorMessage(Name),
    }));

    private string Bounds(RangeAttribute range)
    {
        range.IsValid(null); // converts the bounds from text
        return $"{(range.MinimumIsExclusive ? "more than " : "")}{Bound(range.Minimum)} to {(range.MaximumIsExclusive ? "less than " : "")}{Bound(range.Maximum)}";
    }

    private string Bound(object value) => value switch
    {
        TimeSpan duration => DurationText.Format(duration),
        string text when Property.PropertyType == typeof(TimeSpan) || Property.PropertyType == typeof(TimeSpan?) =>
            DurationText.Format(TimeSpan.Parse(text, System.Globalization.CultureInfo.InvariantCulture)),
        _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "",
    };
}
