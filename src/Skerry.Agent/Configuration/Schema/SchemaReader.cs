using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

using Skerry.Gateway;
using Skerry.Gateway.Plugins;
using Skerry.Primitives;

namespace Skerry.Agent.Configuration.Schema;

/// <summary>Reads the shape of the configuration from the options types: properties are keys, attributes say the rest.</summary>
internal sealed class SchemaReader
{
    private readonly Dictionary<Type, RecordShape> _records = [];

    /// <summary>The shape of an options record with all it holds.</summary>
    public static RecordShape Read(Type type) => new SchemaReader().ReadRecord(type);

    private RecordShape ReadRecord(Type type)
    {
        if (_records.TryGetValue(type, out var known)) return known;
        var record = new RecordShape(type);
        _records.Add(type, record);
        record.Keys =
        [
            .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => property.SetMethod is not null)
                .OrderBy(property => property.MetadataToken)
                .Select(ReadKey),
        ];
        return record;
    }

    private SchemaKey ReadKey(PropertyInfo property) => new(
        JsonNamingPolicy.CamelCase.ConvertName(property.Name),
        property,
        ReadShape(property.PropertyType, property),
        property.GetCustomAttribute<DescriptionAttribute>()?.Description ?? "",
        property.IsDefined(typeof(RequiredMemberAttribute)),
        property.IsDefined(typeof(ReloadableAttribute)),
        property.IsDefined(typeof(SecretAttribute)) || property.GetCustomAttribute<PasswordPropertyTextAttribute>() is { Password: true },
        [.. property.GetCustomAttributes<ValidationAttribute>()]);

    private Shape ReadShape(Type type, PropertyInfo property)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (ScalarNotation.For(type) is { } notation) return new ScalarShape(notation);
        if (type == typeof(PluginOptions))
            return new PluginShape(() => GatewayPlugins.OptionTypes.ToImmutableSortedDictionary(pair => pair.Key, pair => ReadRecord(pair.Value), StringComparer.Ordinal));
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>))
        {
            var item = type.GetGenericArguments()[0];
            return (Shape)Activator.CreateInstance(typeof(ListShape<>).MakeGenericType(item), ReadShape(item, property))!;
        }

        if (type.IsGenericType && type.GetGenericArguments() is [var key, var value] && key == typeof(string)) return ReadMap(type, value, property);
        if (type.IsClass && type.GetConstructor(Type.EmptyTypes) is not null) return ReadRecord(type);
        throw new InvalidOperationException($"{property.DeclaringType}.{property.Name}: a configuration key cannot be of type {type}.");
    }

    private Shape ReadMap(Type type, Type value, PropertyInfo property)
    {
        var name = type.GetGenericTypeDefinition() == typeof(ImmutableSortedDictionary<,>) ? nameof(SortedMap)
            : type.GetGenericTypeDefinition() == typeof(ImmutableDictionary<,>) ? nameof(Map)
            : throw new InvalidOperationException($"{property.DeclaringType}.{property.Name}: a map in the configuration is an immutable dictionary, not {type}.");
        var make = typeof(SchemaReader).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(value);
        return (Shape)make.Invoke(null, [ReadShape(value, property)])!;
    }

    private static MapShape<T, ImmutableSortedDictionary<string, T>> SortedMap<T>(Shape item) =>
        new(item, pairs => ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, pairs));

    private static MapShape<T, ImmutableDictionary<string, T>> Map<T>(Shape item) => new(item, ImmutableDictionary.CreateRange);
}
