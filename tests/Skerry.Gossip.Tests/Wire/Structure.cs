using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;

using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Tests.Wire;

/// <summary>All that a message holds as text, so that two of them compare by content down to the last item of their lists.</summary>
internal static class Structure
{
    public static string Describe(object? value)
    {
        var text = new StringBuilder();
        Append(value, text);
        return text.ToString();
    }

    private static void Append(object? value, StringBuilder text)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case ByteString bytes:
                text.Append(Convert.ToHexString(bytes.Span));
                break;
            case NodeAddress address:
                text.Append(CultureInfo.InvariantCulture, $"{address.IPLength}/{address}");
                break;
            case double number:
                text.Append(BitConverter.DoubleToUInt64Bits(number));
                break;
            case string or Enum or IFormattable or bool:
                text.Append('\'').AppendFormat(CultureInfo.InvariantCulture, "{0}", value).Append('\'');
                break;
            case IEnumerable items:
                text.Append('[');
                foreach (var item in items) Append(item, text);
                text.Append(']');
                break;
            default:
                text.Append(value.GetType().Name).Append('{');
                foreach (var property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
                {
                    if (property.GetIndexParameters().Length > 0) continue;
                    text.Append(property.Name).Append('=');
                    Append(property.GetValue(value), text);
                    text.Append(' ');
                }

                text.Append('}');
                break;
        }
    }
}
