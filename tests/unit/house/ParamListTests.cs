using System.Reflection;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Tests.Unit.House;

/// <summary>A parameter that is declared is registered.</summary>
public sealed class ParamListTests
{
    private static IEnumerable<(FieldInfo Field, T Value)> Fields<T>() =>
        typeof(LogParams).Assembly.GetTypes().Where(t => t.Namespace == typeof(LogParams).Namespace)
        .SelectMany(t => t.GetFields(BindingFlags.Public | BindingFlags.Static)).Where(f => typeof(T).IsAssignableFrom(f.FieldType))
        .Select(f => (f, (T)f.GetValue(null)!));

    [Test]
    public void Parameters()
    {
        HashSet<Param> all = [.. ParamRegistry.All];
        Assert.That(all, Has.Count.GreaterThan(700));
        Assert.That(Fields<Param>().Where(f => !all.Contains(f.Value)).Select(f => $"{f.Field.DeclaringType!.Name}.{f.Field.Name}"),
            Is.Empty);
    }

    [Test]
    public void Families()
    {
        HashSet<ParamFamily> all = [.. ParamRegistry.Families];
        Assert.That(Fields<ParamFamily>().Where(f => !all.Contains(f.Value)).Select(f => f.Field.Name), Is.Empty);
    }
}
